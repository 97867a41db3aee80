package io.osier.agent.store;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes a watch of the real store on and remembers what it told. If the store is away from the beginning, what was remembered
 * is told in its place; the real state then follows as what has changed since. Safe for any thread; tells one at a time.
 */
final class Relay {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

    private final Consumer<StoreEvent> onEvent;
    private final Map<String, Versioned> known = new ConcurrentSkipListMap<>();
    /** Keys that the real store has told before it had told all. */
    private final Set<String> confirmed = new HashSet<>();
    /** Whether the listener has been told what was remembered. */
    private boolean toldFromMemory;

    private boolean synced;

    /** @param remembered what there was when the store was last asked */
    Relay(Collection<Versioned> remembered, Consumer<StoreEvent> onEvent) {
        this.onEvent = onEvent;
        remembered.forEach(entry -> known.put(entry.key(), entry));
    }

    /** What there is, as far as is known. */
    Map<String, Versioned> known() {
        return known;
    }

    /** The store is away: whoever waits for the first word of it gets the last. */
    synchronized void tellFromMemory() {
        if (synced || toldFromMemory || !confirmed.isEmpty()) {
            return;
        }
        toldFromMemory = true;
        known.values().forEach(entry -> tell(new StoreEvent(StoreEvent.Type.PUT, entry.key(), entry)));
        tell(new StoreEvent(StoreEvent.Type.SYNCED, "", null));
    }

    /** What the real store has told. */
    synchronized void take(StoreEvent event) {
        Versioned entry = event.entry();
        if (entry != null) {
            put(event, entry);
        } else if (event.type() == StoreEvent.Type.DELETE) {
            known.remove(event.key());
            tell(event);
        } else {
            sync(event);
        }
    }

    private void put(StoreEvent event, Versioned entry) {
        Versioned before = known.put(entry.key(), entry);
        if (!synced) {
            confirmed.add(entry.key());
        }
        if (synced || !toldFromMemory || !isSame(entry, before)) {
            tell(event);
        }
    }

    /** A store that was set up anew may count its revisions from the beginning. */
    private static boolean isSame(Versioned one, @Nullable Versioned other) {
        return other != null && one.revision() == other.revision() && Arrays.equals(one.value(), other.value());
    }

    private void sync(StoreEvent event) {
        synced = true;
        for (String key : Set.copyOf(known.keySet())) {
            if (!confirmed.contains(key)) {
                known.remove(key);
                if (toldFromMemory) {
                    tell(new StoreEvent(StoreEvent.Type.DELETE, key, null));
                }
            }
        }
        confirmed.clear();
        if (!toldFromMemory) {
            tell(event);
        }
    }

    private void tell(StoreEvent event) {
        try {
            onEvent.accept(event);
        } catch (RuntimeException e) {
            LOG.warn("a listener of the store failed at {} {}", event.type(), event.key(), e);
        }
    }
}
