/** Pods on this machine: namespaces, links, and the commands that run in them. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.pod;
