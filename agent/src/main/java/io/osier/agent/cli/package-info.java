/** What a user types and sees. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.cli;
