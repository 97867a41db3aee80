package io.osier.agent.store;

import org.jspecify.annotations.Nullable;

/**
 * What a watch sees.
 *
 * @param key empty for {@link Type#SYNCED}
 * @param entry the key as it is now; null unless it was put
 */
public record StoreEvent(Type type, String key, @Nullable Versioned entry) {
    /** What happened. */
    public enum Type {
        PUT,
        DELETE,
        /** Everything that was there when the watch began has been told. */
        SYNCED
    }
}
