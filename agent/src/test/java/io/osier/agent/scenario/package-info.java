/** What a reader could follow by hand: real namespaces, real packets, the real command. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.scenario;
