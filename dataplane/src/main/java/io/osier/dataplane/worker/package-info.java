/** The duty cycle of one event loop, and the commands that enter it. */
@org.jspecify.annotations.NullMarked
package io.osier.dataplane.worker;
