package io.osier.agent.api.server;

import io.osier.agent.store.Keyspace;
import java.util.Map;

/** All kinds of objects. */
@FunctionalInterface
interface Resources {
    /** The kinds by their plurals, whose objects are read and written through these keys. */
    Map<String, Resource> in(Keyspace keys);
}
