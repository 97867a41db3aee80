/** What would become of a packet: a copy of it is put through a copy of the worker. */
@org.jspecify.annotations.NullMarked
package io.osier.dataplane.explain;
