/** The programs that make traffic and measure it; the same ones for every network under test. */
@org.jspecify.annotations.NullMarked
package io.osier.bench.traffic;
