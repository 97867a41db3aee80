/** Decides: the daemon and the command. */
@org.jspecify.annotations.NullMarked
package io.osier.agent;
