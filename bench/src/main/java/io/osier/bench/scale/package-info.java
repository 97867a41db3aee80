/** {@code scripts/scale}: a large cluster in one process; what a node holds, what a change costs, what the store has to do. */
@org.jspecify.annotations.NullMarked
package io.osier.bench.scale;
