/** What a node counts and measures, as Prometheus reads it. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.metrics;
