package io.osier.agent.store;

import java.util.function.Consumer;

/** Keys whose changes can be heard of. */
@FunctionalInterface
public interface Watchable {
    /**
     * Tells {@code onEvent}, one at a time and in order, what is below {@code prefix/} now, then {@code SYNCED}, then every
     * change until closed. Changes of a key that follow closely may be told as one.
     */
    Watch watch(String prefix, Consumer<StoreEvent> onEvent);

    /** A watch that goes on until it is closed. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
