/** Configuration and wiring: the only place that knows everybody. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.bootstrap;
