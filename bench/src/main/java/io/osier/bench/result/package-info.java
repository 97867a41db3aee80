/** Metrics, what is expected of them, and the samples that were taken. */
@org.jspecify.annotations.NullMarked
package io.osier.bench.result;
