package io.osier.agent.api.server;

import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreException;
import io.osier.agent.store.Versioned;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * What the agents of a cluster know each other by: a random word in the store, made by whoever comes first. Whoever can read
 * the store may ask any agent anything, and could write into the store whatever an agent would.
 */
public final class ClusterToken {
    private static final String KEY = "cluster/token";
    private static final int LENGTH_BYTES = 32;

    private ClusterToken() {}

    /**
     * The cluster's token.
     *
     * @throws StoreException if the store does not answer
     */
    public static String of(StateStore store) {
        byte[] random = new byte[LENGTH_BYTES];
        new SecureRandom().nextBytes(random);
        byte[] token = HexFormat.of().formatHex(random).getBytes(StandardCharsets.US_ASCII);
        if (store.get(KEY).isEmpty()) {
            store.compareAndSet(KEY, StateStore.ABSENT, token);
        }
        return store.get(KEY)
                .map(Versioned::value)
                .map(value -> new String(value, StandardCharsets.US_ASCII))
                .orElseThrow(() -> new IllegalStateException("store: " + KEY + " was removed"));
    }
}
