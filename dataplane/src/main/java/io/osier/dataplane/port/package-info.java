/** The only seam to the outside: batches in, frames out. */
@org.jspecify.annotations.NullMarked
package io.osier.dataplane.port;
