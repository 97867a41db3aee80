/** The store that comes with Osier: one file a key, shared by the agents of one machine. */
@org.jspecify.annotations.NullMarked
package io.osier.agent.store.directory;
