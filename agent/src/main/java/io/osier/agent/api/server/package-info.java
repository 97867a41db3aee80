/** Answers users and other agents: HTTP and JSON on a unix socket. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.api.server;
