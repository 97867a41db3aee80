/** What is measured, how often, and against what. */
@org.jspecify.annotations.NullMarked
package io.osier.bench.measure;
