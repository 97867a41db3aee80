/** Views that read and write packets in place, and the values that packets carry. */
@org.jspecify.annotations.NullMarked
package io.osier.dataplane.packet;
