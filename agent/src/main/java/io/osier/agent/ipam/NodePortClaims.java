package io.osier.agent.ipam;

import io.osier.agent.store.Keys;
import io.osier.agent.store.Keyspace;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Ports of the nodes that one service has: claims as {@link AddressClaims} has them, of keys such as {@code nodeport-tcp-30080}. */
public final class NodePortClaims {
    private final Keyspace store;
    private final int first;
    private final int last;

    /** @param last the last port that is given, from {@code first} on */
    public NodePortClaims(Keyspace store, int first, int last) {
        this.store = store;
        this.first = first;
        this.last = last;
    }

    /** Claims this port; true if the owner has it now, also from before. */
    public boolean claim(String protocol, int port, String owner) {
        String key = key(protocol, port);
        return store.compareAndSet(key, Keyspace.ABSENT, owner.getBytes(StandardCharsets.UTF_8))
                        .isPresent()
                || owner.equals(ownerOf(protocol, port).orElse(null));
    }

    /** Who has the port. */
    public Optional<String> ownerOf(String protocol, int port) {
        return store.get(key(protocol, port)).map(entry -> new String(entry.value(), StandardCharsets.UTF_8));
    }

    /** The first port from {@code start} on, going round, that nobody has. */
    public OptionalInt nextFree(String protocol, int start) {
        int count = last - first + 1;
        for (int i = 0; i < count; i++) {
            int port = first + Math.floorMod(start - first + i, count);
            if (store.get(key(protocol, port)).isEmpty()) {
                return OptionalInt.of(port);
            }
        }
        return OptionalInt.empty();
    }

    /** Gives a port back; one that the owner does not have is left alone. */
    public void release(String protocol, int port, String owner) {
        String key = key(protocol, port);
        store.get(key)
                .filter(entry -> owner.equals(new String(entry.value(), StandardCharsets.UTF_8)))
                .ifPresent(entry -> store.compareAndDelete(key, entry.revision()));
    }

    private static String key(String protocol, int port) {
        return Keys.claim("nodeport-" + protocol.toLowerCase(Locale.ROOT) + "-" + port);
    }
}
