/** MAC address to port. */
@org.jspecify.annotations.NullMarked
package io.osier.dataplane.bridge;
