package io.osier.agent.reconcile;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Endpoints;
import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The cluster's state in memory, kept as the store says. Safe for any thread. */
public final class ClusterCache implements AutoCloseable {
    private static final int WATCHES = 5;

    private final Map<String, Node> nodes = new TreeMap<>();
    private final Map<String, Pod> pods = new TreeMap<>();
    private final Map<String, Service> services = new TreeMap<>();
    private final Map<String, Endpoints> endpoints = new TreeMap<>();
    private final Map<String, EndpointSlice> slices = new TreeMap<>();
    private final SharedParts parts = new SharedParts();
    private final List<StateStore.Watch> watches = new ArrayList<>();
    private final CountDownLatch unsynced = new CountDownLatch(WATCHES);
    private final Consumer<StoreEvent> onChange;

    /** Empty until it {@link #begin}s; {@code onChange} is called after every change, once everything is known. */
    public ClusterCache(Consumer<StoreEvent> onChange) {
        this.onChange = onChange;
    }

    /** Begins to watch. From now on {@code onChange} may be called, on the store's thread. */
    public void begin(StateStore store) {
        watches.add(watch(store, Keys.NODES, nodes, Node.class));
        watches.add(store.watch(Keys.PODS, event -> take(event, pods, Pod.class, parts::sharing)));
        watches.add(watch(store, Keys.SERVICES, services, Service.class));
        watches.add(watch(store, Keys.ENDPOINTS, endpoints, Endpoints.class));
        watches.add(watch(store, Keys.ENDPOINT_SLICES, slices, EndpointSlice.class));
    }

    /** Everything as it is now. */
    public ClusterState snapshot() {
        synchronized (nodes) {
            return new ClusterState(
                    List.copyOf(nodes.values()),
                    List.copyOf(pods.values()),
                    List.copyOf(services.values()),
                    List.copyOf(endpoints.values()),
                    List.copyOf(slices.values()));
        }
    }

    private <T> StateStore.Watch watch(StateStore store, String prefix, Map<String, T> objects, Class<T> type) {
        return store.watch(prefix, event -> take(event, objects, type, object -> object));
    }

    private <T> void take(StoreEvent event, Map<String, T> objects, Class<T> type, UnaryOperator<T> kept) {
        synchronized (nodes) {
            Versioned entry = event.entry();
            if (entry != null) {
                ObjectStore.decode(entry, type)
                        .ifPresentOrElse(
                                object -> objects.put(event.key(), kept.apply(object)),
                                () -> objects.remove(event.key()));
            } else if (event.type() == StoreEvent.Type.DELETE) {
                objects.remove(event.key());
            } else {
                unsynced.countDown();
            }
        }
        if (unsynced.getCount() == 0) {
            onChange.accept(event);
        }
    }

    @Override
    public void close() {
        watches.forEach(StateStore.Watch::close);
    }
}
