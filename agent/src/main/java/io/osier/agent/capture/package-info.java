/** Captures of packets, from the worker that sees them to the file or terminal that shows them. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.capture;
