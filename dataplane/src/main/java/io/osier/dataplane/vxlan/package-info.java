/** Push and pop the tunnel header (RFC 7348). */
@org.jspecify.annotations.NullMarked
package io.osier.dataplane.vxlan;
