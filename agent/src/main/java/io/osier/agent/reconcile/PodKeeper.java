package io.osier.agent.reconcile;

import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodStatus;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and unmakes this node's pods as the cluster's state wants them. A pod that cannot be made says why in its status and is
 * tried again; the others do not wait for it. All work is done on one thread, so that a pod is never made and unmade at once.
 */
public final class PodKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PodKeeper.class);
    private static final long RETRY_SECONDS = 3;

    private final String nodeName;
    private final PodMaker maker;
    private final ObjectStore objects;
    private final Map<String, Pod> kept = new HashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread keeper = new Thread(task, "osier-pods");
        keeper.setDaemon(true);
        return keeper;
    });
    private List<Pod> wanted = List.of();
    private boolean cleaned;

    public PodKeeper(String nodeName, PodMaker maker, ObjectStore objects) {
        this.nodeName = nodeName;
        this.maker = maker;
        this.objects = objects;
    }

    /** Makes it so that this node has those of these pods that are assigned to it. */
    void keep(List<Pod> all) {
        List<Pod> own = all.stream()
                .filter(pod -> nodeName.equals(pod.spec().nodeName()))
                .toList();
        thread.execute(() -> {
            wanted = own;
            round();
        });
    }

    /** The device of a pod has gone by itself: it is made again, if the pod is still wanted. */
    public void lost(String namespace) {
        thread.execute(() -> {
            kept.remove(namespace);
            round();
        });
    }

    private void round() {
        Map<String, Pod> byNamespace = new HashMap<>();
        for (Pod pod : wanted) {
            if (pod.metadata().deletionTimestamp() == null) {
                byNamespace.put(PodMaker.namespaceOf(pod), pod);
            }
        }
        for (Map.Entry<String, Pod> entry : List.copyOf(kept.entrySet())) {
            Pod now = byNamespace.get(entry.getKey());
            if (now == null || !sameObject(now, entry.getValue())) {
                unmake(entry.getKey());
            }
        }
        if (!cleaned) {
            cleaned = true;
            maker.leftOvers().stream()
                    .filter(name -> !byNamespace.containsKey(name))
                    .forEach(this::unmake);
        }
        byNamespace.forEach(this::make);
        wanted.stream()
                .filter(pod -> pod.metadata().deletionTimestamp() != null)
                .forEach(pod -> finish(pod));
    }

    private void make(String namespace, Pod pod) {
        if (kept.containsKey(namespace)) {
            return;
        }
        try {
            maker.make(pod);
            kept.put(namespace, pod);
            LOG.info("pod {} is up", namespace);
        } catch (RuntimeException e) {
            LOG.warn("pod {} could not be made, trying again in {} s: {}", namespace, RETRY_SECONDS, e.getMessage());
            report(pod, String.valueOf(e.getMessage()));
            thread.schedule(this::round, RETRY_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void unmake(String namespace) {
        try {
            maker.unmake(namespace);
            kept.remove(namespace);
            LOG.info("pod {} is gone", namespace);
        } catch (RuntimeException e) {
            LOG.warn("pod {} could not be removed, trying again: {}", namespace, e.getMessage());
            thread.schedule(this::round, RETRY_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** The last step of a deletion: the object goes when nothing of the pod is left. */
    private void finish(Pod pod) {
        if (!kept.containsKey(PodMaker.namespaceOf(pod))) {
            maker.forget(pod);
        }
    }

    private void report(Pod pod, String message) {
        try {
            objects.update(
                    Keys.pod(namespace(pod), pod.metadata().name()),
                    Pod.class,
                    present -> sameObject(present, pod)
                            ? Pod.of(
                                    present.metadata(),
                                    present.spec(),
                                    PodStatus.notReady(
                                            "Pending", present.status().podIP(), 0, "CreateError", message))
                            : null);
        } catch (RuntimeException e) {
            LOG.warn(
                    "the status of pod {} could not be written: {}",
                    pod.metadata().name(),
                    e.getMessage());
        }
    }

    private static boolean sameObject(Pod a, Pod b) {
        return Objects.equals(a.metadata().uid(), b.metadata().uid());
    }

    private static String namespace(Pod pod) {
        return Objects.requireNonNullElse(pod.metadata().namespace(), ObjectMeta.DEFAULT_NAMESPACE);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
