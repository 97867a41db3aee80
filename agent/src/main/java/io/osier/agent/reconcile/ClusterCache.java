package io.osier.agent.reconcile;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Endpoints;
import io.osier.agent.model.NetworkPolicy;
import io.osier.agent.model.Node;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.Watchable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cluster's state in memory, kept as the store says, and what has changed of it. Safe for any thread. */
public final class ClusterCache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterCache.class);
    private static final int WATCHES = 6;

    private final CachedCluster cluster = new CachedCluster();
    private final SharedParts parts = new SharedParts();
    private final List<Watchable.Watch> watches = new ArrayList<>();
    private final CountDownLatch unsynced = new CountDownLatch(WATCHES);
    private final UnaryOperator<Pod> seen;
    private final Consumer<StoreEvent> onChange;

    /**
     * Empty until it {@link #begin}s.
     *
     * @param seen a pod of the store as this node has it
     * @param onChange is called after every change, once everything is known
     */
    public ClusterCache(UnaryOperator<Pod> seen, Consumer<StoreEvent> onChange) {
        this.seen = seen;
        this.onChange = onChange;
    }

    /** Begins to watch. From now on {@code onChange} may be called, on the store's thread. */
    public void begin(Watchable store) {
        watches.add(watch(store, Keys.NODES, cluster.nodes, Node.class, Node::metadata));
        watches.add(store.watch(
                Keys.PODS,
                event -> take(event, cluster.pods, Pod.class, Pod::metadata, pod -> seen.apply(parts.sharing(pod)))));
        watches.add(watch(store, Keys.SERVICES, cluster.services, Service.class, Service::metadata));
        watches.add(watch(store, Keys.ENDPOINTS, cluster.endpoints, Endpoints.class, Endpoints::metadata));
        watches.add(watch(store, Keys.ENDPOINT_SLICES, cluster.slices, EndpointSlice.class, EndpointSlice::metadata));
        watches.add(
                watch(store, Keys.NETWORK_POLICIES, cluster.policies, NetworkPolicy.class, NetworkPolicy::metadata));
    }

    /** Everything as it is now. */
    public ClusterState snapshot() {
        synchronized (cluster) {
            return cluster.state();
        }
    }

    /** What has changed since this was last asked; at first all that there is. */
    public ClusterChange takeChanges() {
        synchronized (cluster) {
            return cluster.takeChanges();
        }
    }

    /** Whoever took changes has lost them: what is taken next is all that there is. */
    void beginAgain() {
        synchronized (cluster) {
            cluster.beginAgain();
        }
    }

    /** This node has a pod in another way from now on. */
    void see(Pod pod) {
        String key = keyOf(Keys.PODS, pod.metadata());
        synchronized (cluster) {
            Pod known = cluster.pods.get(key);
            if (known != null) {
                cluster.pods.put(key, seen.apply(known));
            }
        }
    }

    private <T> Watchable.Watch watch(
            Watchable store, String prefix, CachedObjects<T> objects, Class<T> type, Function<T, ObjectMeta> metadata) {
        return store.watch(prefix, event -> take(event, objects, type, metadata, object -> object));
    }

    private <T> void take(
            StoreEvent event,
            CachedObjects<T> objects,
            Class<T> type,
            Function<T, ObjectMeta> metadata,
            UnaryOperator<T> kept) {
        T object = decode(event, type, metadata);
        synchronized (cluster) {
            if (event.type() == StoreEvent.Type.SYNCED) {
                unsynced.countDown();
            } else {
                objects.put(event.key(), object == null ? null : kept.apply(object));
            }
        }
        if (unsynced.getCount() == 0) {
            onChange.accept(event);
        }
    }

    /** Null if there is none, or none that can be read. One under another's key is as good as none: it would take its place. */
    private static <T> @Nullable T decode(StoreEvent event, Class<T> type, Function<T, ObjectMeta> metadata) {
        String key = event.key();
        T object = event.entry() == null
                ? null
                : ObjectStore.decode(event.entry(), type).orElse(null);
        if (object == null || key.equals(keyOf(key.substring(0, key.indexOf('/')), metadata.apply(object)))) {
            return object;
        }
        LOG.warn("{} in the store is passed over: it says another name of itself", key);
        return null;
    }

    private static String keyOf(String kind, ObjectMeta metadata) {
        return kind + "/" + (kind.equals(Keys.NODES) ? metadata.name() : EndpointSources.keyOf(metadata));
    }

    @Override
    public void close() {
        watches.forEach(Watchable.Watch::close);
    }
}
