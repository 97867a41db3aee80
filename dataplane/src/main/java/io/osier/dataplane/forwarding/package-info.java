/** The straight line that every packet takes. */
@org.jspecify.annotations.NullMarked
package io.osier.dataplane.forwarding;
