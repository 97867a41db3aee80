package io.osier.agent.reconcile;

import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodStatus;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and unmakes this node's pods as the cluster's state wants them. A pod that cannot be made says why in its status and is
 * tried again after a while; the others do not wait for it, nor for one whose command is slow to end. What is known of a pod
 * belongs to one thread, and a pod is never made while it is still being unmade.
 */
public final class PodKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PodKeeper.class);
    private static final long RETRY_SECONDS = 3;
    private static final String LEFT_OVER = "";

    private final PodSteps steps;
    private final ObjectStore objects;
    private final Map<String, String> begun = new HashMap<>(); // namespace to uid, also of half made ones
    private final Set<String> up = new HashSet<>();
    private final Map<String, Pod> told = new HashMap<>(); // for lost, and that is known by now
    private final Set<String> leaving = new HashSet<>();
    private final Set<String> waiting = new HashSet<>();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, daemons("osier-pods"));
    private final ExecutorService endings = Executors.newCachedThreadPool(daemons("osier-pod-end"));
    private final CompletableFuture<Void> firstRound = new CompletableFuture<>();
    private List<Pod> wanted = List.of();
    private boolean begins = true;
    private boolean looksAgain;

    public PodKeeper(PodSteps steps, ObjectStore objects) {
        this.steps = steps;
        this.objects = objects;
        // What is still asked after the end is for the next agent to do.
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    }

    private static ThreadFactory daemons(String name) {
        return task -> {
            Thread keeper = new Thread(task, name);
            keeper.setDaemon(true);
            return keeper;
        };
    }

    /** Makes it so that this node has these pods and no others. */
    void keep(List<Pod> own) {
        thread.execute(() -> {
            wanted = own;
            round();
            firstRound.complete(null);
        });
    }

    /** Completes when every pod of this node that there was at the start has been made, or could not be for now. */
    public CompletableFuture<Void> firstRound() {
        return firstRound;
    }

    /** The device of a pod has gone by itself: it is made again, if the pod is still wanted. */
    public void lost(String namespace) {
        thread.execute(() -> {
            up.remove(namespace);
            round();
        });
    }

    /** Somebody has deleted network namespaces: pods that had one are made again, as they were. */
    public void namespacesDeleted() {
        thread.execute(() -> {
            for (String namespace : List.copyOf(up)) {
                if (!steps.isThere(namespace)) {
                    LOG.warn("the network namespace of pod {} was deleted: the pod is made again", namespace);
                    unmake(namespace);
                }
            }
        });
    }

    private void round() {
        if (begins) {
            begins = false;
            steps.leftOvers().forEach(namespace -> begun.put(namespace, LEFT_OVER));
        }
        Map<String, Pod> byNamespace = new HashMap<>();
        for (Pod pod : wanted) {
            if (pod.metadata().deletionTimestamp() == null) {
                byNamespace.put(PodMaker.namespaceOf(pod), pod);
            }
        }
        for (Map.Entry<String, String> entry : Map.copyOf(begun).entrySet()) {
            Pod now = byNamespace.get(entry.getKey());
            if (now == null || isAnother(now, entry.getValue())) {
                unmake(entry.getKey());
            }
        }
        byNamespace.forEach(this::make);
        wanted.stream()
                .filter(pod -> pod.metadata().deletionTimestamp() != null)
                .forEach(this::finish);
    }

    /** What an earlier agent left under a wanted pod's name is that pod. */
    private static boolean isAnother(Pod pod, String uid) {
        return !uid.equals(LEFT_OVER) && !uid.equals(uidOf(pod));
    }

    private void make(String namespace, Pod pod) {
        if (!pod.status().hasLostItsNode()) {
            told.remove(namespace);
        } else if (up.contains(namespace) && !pod.equals(told.get(namespace))) {
            tell(namespace, pod);
        }
        if (up.contains(namespace) || leaving.contains(namespace) || waiting.contains(namespace)) {
            return;
        }
        begun.put(namespace, uidOf(pod));
        try {
            steps.make(pod);
            up.add(namespace);
            LOG.info("pod {} is up", namespace);
        } catch (RuntimeException e) {
            LOG.warn("pod {} could not be made, trying again in {} s: {}", namespace, RETRY_SECONDS, e.getMessage());
            report(pod, String.valueOf(e.getMessage()));
            waiting.add(namespace);
            later(() -> waiting.remove(namespace));
        }
    }

    /** Another node took this one for lost, and so has nobody use its pods. */
    private void tell(String namespace, Pod pod) {
        try {
            steps.tell(pod);
            told.put(namespace, pod);
            LOG.info("pod {} was given up by others, and is here", namespace);
        } catch (RuntimeException e) {
            LOG.warn(
                    "pod {} was given up by others, and that it is here could not be said: {}",
                    namespace,
                    e.getMessage());
            lookAgain();
        }
    }

    private void unmake(String namespace) {
        if (!leaving.add(namespace)) {
            return;
        }
        up.remove(namespace);
        endings.execute(() -> {
            try {
                steps.unmake(namespace);
                thread.execute(() -> gone(namespace));
            } catch (RuntimeException e) {
                LOG.warn("pod {} could not be removed, trying again: {}", namespace, e.getMessage());
                thread.execute(() -> later(() -> leaving.remove(namespace)));
            }
        });
    }

    private void gone(String namespace) {
        leaving.remove(namespace);
        begun.remove(namespace);
        LOG.info("pod {} is gone", namespace);
        round();
    }

    private void later(Runnable change) {
        thread.schedule(
                () -> {
                    change.run();
                    round();
                },
                RETRY_SECONDS,
                TimeUnit.SECONDS);
    }

    /** The last step of a deletion: the object goes when nothing of the pod is left. */
    private void finish(Pod pod) {
        if (begun.containsKey(PodMaker.namespaceOf(pod))) {
            return;
        }
        try {
            steps.forget(pod);
        } catch (RuntimeException e) {
            LOG.debug("pod {} could not be forgotten, trying again: {}", PodMaker.namespaceOf(pod), e.getMessage());
            lookAgain();
        }
    }

    /** One round for all that could not be done, or they would multiply while the store is away. */
    private void lookAgain() {
        if (!looksAgain) {
            looksAgain = true;
            later(() -> looksAgain = false);
        }
    }

    private void report(Pod pod, String message) {
        try {
            objects.update(
                    Keys.pod(namespace(pod), pod.metadata().name()),
                    Pod.class,
                    present -> uidOf(present).equals(uidOf(pod))
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

    private static String uidOf(Pod pod) {
        return Objects.requireNonNullElse(pod.metadata().uid(), "none");
    }

    private static String namespace(Pod pod) {
        return Objects.requireNonNullElse(pod.metadata().namespace(), ObjectMeta.DEFAULT_NAMESPACE);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        endings.shutdown();
    }
}
