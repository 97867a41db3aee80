/** Several nodes on one machine: namespaces, an underlay between them, and an agent in each. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.lab;
