/** Which flow a packet belongs to: bounded, worker-owned. */
@org.jspecify.annotations.NullMarked
package io.osier.dataplane.conntrack;
