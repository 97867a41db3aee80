package io.osier.agent.reconcile;

import io.osier.agent.model.ContainerStatuses;
import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.Versioned;
import io.osier.dataplane.worker.NanoClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says of the pods of a node whose agent is gone that they are not ready, so that no service sends anybody there. Nothing else is
 * taken from it: its agent finds that said when it is back, and says better ({@link PodSteps#tell}).
 *
 * <p>Each agent looks after the node that follows its own in the order of names, and after those behind it for as long as none is
 * alive, so that each node is looked after by one, however many there are.
 */
public final class LostNodes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LostNodes.class);

    /** Kubernetes' {@code node-monitor-grace-period}; longer than an agent takes to be started again. */
    static final Duration GRACE = Duration.ofSeconds(40);

    private static final long EVERY_SECONDS = 10;

    private final String self;
    private final StateStore store;
    private final ObjectStore objects;
    private final Predicate<Node> isAlive;
    private final NanoClock clock;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread looking = new Thread(task, "osier-lost-nodes");
        looking.setDaemon(true);
        return looking;
    });
    private Map<String, Sign> signs = new HashMap<>();
    private final Set<String> lost = new HashSet<>();

    /**
     * The last sign of life of a node.
     *
     * @param revision of what its agent writes down every ten seconds
     * @param atNanos when it was first seen, or the agent answered, or the node was first looked at
     */
    private record Sign(long revision, long atNanos) {}

    /**
     * Begins to look, every ten seconds.
     *
     * @param isAlive whether a node's agent gives any sign of life; may take its time
     */
    public static LostNodes begin(String self, StateStore store, Predicate<Node> isAlive) {
        LostNodes nodes = new LostNodes(self, store, isAlive, System::nanoTime);
        nodes.thread.scheduleWithFixedDelay(nodes::tryToLook, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
        return nodes;
    }

    LostNodes(String self, StateStore store, Predicate<Node> isAlive, NanoClock clock) {
        this.self = self;
        this.store = store;
        this.objects = new ObjectStore(store);
        this.isAlive = isAlive;
        this.clock = clock;
    }

    private void tryToLook() {
        try {
            look();
        } catch (RuntimeException e) {
            LOG.warn("other nodes were not looked at: {}", e.getMessage());
        }
    }

    void look() {
        Map<String, Sign> before = signs;
        signs = new HashMap<>();
        if (store.absence().isPresent()) {
            return; // whoever is not there may be at the other end of what is broken
        }
        for (Versioned written : others()) {
            String name = nameOf(written);
            Sign last = before.get(name);
            if ((last != null && last.revision() != written.revision()) || answers(name)) {
                signs.put(name, new Sign(written.revision(), clock.nanoTime()));
                lost.remove(name);
                lost.retainAll(signs.keySet()); // those behind it are looked after by it, and may come and go unseen
                return;
            }
            Sign present = last == null ? new Sign(written.revision(), clock.nanoTime()) : last;
            signs.put(name, present);
            if (clock.nanoTime() - present.atNanos() >= GRACE.toNanos() && !lost.contains(name)) {
                giveUp(name);
                lost.add(name);
            }
        }
    }

    /** Asked only when nothing new is written down. */
    private boolean answers(String name) {
        return objects.get(Keys.node(name), Node.class).filter(isAlive).isPresent();
    }

    /** What the agents of the other nodes have written down, from the next node on. Foreign nodes have none. */
    private List<Versioned> others() {
        List<Versioned> written = store.list(Keys.PRESENCE);
        return Stream.concat(
                        written.stream().filter(each -> nameOf(each).compareTo(self) > 0),
                        written.stream().filter(each -> nameOf(each).compareTo(self) < 0))
                .toList();
    }

    private static String nameOf(Versioned written) {
        return written.key().substring(Keys.PRESENCE.length() + 1);
    }

    private void giveUp(String node) {
        String why = "node " + node + " gives no sign of life";
        List<Pod> pods = objects.list(Keys.PODS, Pod.class).stream()
                .filter(pod -> isReadyOn(node, pod))
                .toList();
        for (Pod pod : pods) {
            objects.update(
                    PodMaker.keyOf(pod),
                    Pod.class,
                    present -> isReadyOn(node, present)
                            ? Pod.of(present.metadata(), present.spec(), ContainerStatuses.lost(present, why))
                            : null);
        }
        LOG.warn("{}: {} pods of it are no backends until it does", why, pods.size());
    }

    private static boolean isReadyOn(String node, Pod pod) {
        return node.equals(pod.spec().nodeName()) && pod.status().ready();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
