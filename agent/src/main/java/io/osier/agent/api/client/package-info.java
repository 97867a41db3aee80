/** Asks agents: HTTP over their unix sockets. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.api.client;
