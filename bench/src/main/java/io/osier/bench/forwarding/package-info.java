/** The forwarding code alone, over memory: what a packet costs in nanoseconds and allocated bytes (JMH). */
@org.jspecify.annotations.NullMarked
package io.osier.bench.forwarding;
