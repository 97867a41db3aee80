package io.osier.agent.lab;

import io.osier.agent.ipam.Claimant;
import io.osier.agent.ipam.SubnetClaim;
import io.osier.agent.ipam.SubnetLeases;
import io.osier.agent.lab.LabPlan.LabNode;
import io.osier.agent.model.Json;
import io.osier.agent.pod.PodNamespaces;
import io.osier.agent.store.directory.DirectoryStore;
import io.osier.dataplane.packet.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A lab: brought up as one, taken down as one. What it consists of is noted before anything is made. */
public final class Lab {
    private static final Path NOTE = LabPlan.RUN.resolve("lab.json");
    /** There as soon as the namespaces and the underlay are complete. */
    private static final Path BUILT = LabPlan.RUN.resolve("built");

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 20;

    private final Consumer<String> progress;
    private final Runnable interrupted;

    /**
     * @param progress told what is being done
     * @param interrupted told that a lab was removed because the process ends while it is brought up
     */
    public Lab(Consumer<String> progress, Runnable interrupted) {
        this.progress = progress;
        this.interrupted = interrupted;
    }

    /** The lab that is up, if one is. */
    public static Optional<LabPlan> present() throws IOException {
        return Files.exists(NOTE) ? Optional.of(Json.read(Files.readAllBytes(NOTE), LabPlan.class)) : Optional.empty();
    }

    /**
     * Brings a lab up, or what is missing of one; returns when all agents answer. One that fails is taken down again.
     *
     * @throws IllegalStateException in one line, if it cannot be had
     * @throws InterruptedException if the process ends before it is up
     */
    public void up(LabPlan plan) throws IOException, InterruptedException {
        Optional<LabPlan> present = present();
        if (present.isPresent() && !present.get().equals(plan)) {
            throw new IllegalStateException(
                    "a lab with " + present.get().differencesFrom(plan) + " is up already: run 'osier lab down' first");
        }
        if (Files.exists(BUILT)) {
            startMissing(plan);
            return;
        }
        // What an earlier one had made when it was killed goes first.
        down();
        LabNetwork.checkNamesAreFree(plan);
        if (plan.hasEtcd()) {
            LabEtcd.checkIsInstalled();
        }
        LabGuard guard = new LabGuard(this::downQuietly, interrupted);
        try {
            make(plan);
            guard.keep();
        } finally {
            guard.close();
        }
    }

    private void make(LabPlan plan) throws IOException, InterruptedException {
        Files.createDirectories(LabPlan.RUN);
        note(plan);
        // A machine that was switched off forgets the lab but not what its agents had kept.
        deleteTree(LabPlan.STATE);
        progress.accept("namespaces and underlay");
        LabNetwork.build(plan);
        if (!plan.hasEtcd()) {
            leaseInOrder(plan);
        }
        Files.createFile(BUILT);
        startMissing(plan);
    }

    /** In one piece or not at all: whoever takes a lab down has to know what was made. */
    private static void note(LabPlan plan) throws IOException {
        Path draft = LabPlan.RUN.resolve("lab.json.draft");
        Files.write(draft, Json.bytes(plan));
        Files.move(draft, NOTE, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Agents start together and would take their subnets as they come; in a lab, node-a has the first. */
    private static void leaseInOrder(LabPlan plan) {
        try (DirectoryStore store = DirectoryStore.open(LabPlan.STATE.resolve("store"))) {
            SubnetLeases leases = new SubnetLeases(store, IpPrefix.parse(LabPlan.POD_RANGE), 24);
            for (LabNode node : plan.labNodes()) {
                // Whose the lease is, is said by the node's agent when it comes.
                Claimant claimant = new Claimant(node.name(), "", node.address());
                new SubnetClaim(store, leases, Clock.systemUTC(), claimant, name -> false)
                        .acquire(null, false, List.of());
            }
        }
    }

    private void startMissing(LabPlan plan) throws IOException, InterruptedException {
        if (plan.hasEtcd()) {
            progress.accept("etcd");
            LabEtcd.start(plan.etcdMembers());
        }
        for (LabNode node : plan.labNodes()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (!LabAgents.isReady(node)) {
                progress.accept("agent of " + node.name());
                LabAgents.start(node);
            }
            if (plan.hasEtcd()) {
                awaitReady(node); // the lease is its own to take, and node-a has the first subnet
            }
        }
        for (LabNode node : plan.labNodes()) {
            awaitReady(node);
        }
    }

    /**
     * Restarts agents as a service manager does it, one node after the other; no packet is lost.
     *
     * @param names of nodes; none for all
     * @throws IllegalStateException in one line, if there is no such lab or node, or an agent does not come back
     */
    public void restart(List<String> names) throws IOException, InterruptedException {
        LabPlan plan = present().orElseThrow(() -> new IllegalStateException("no lab is up: run 'osier lab up' first"));
        List<LabNode> nodes = plan.labNodes();
        for (String name : names) {
            if (nodes.stream().noneMatch(node -> node.name().equals(name))) {
                throw new IllegalStateException("there is no node " + name + " in the lab: see 'osier lab status'");
            }
        }
        for (LabNode node : nodes) {
            if (names.isEmpty() || names.contains(node.name())) {
                progress.accept("agent of " + node.name());
                LabAgents.restart(node);
                awaitReady(node);
            }
        }
    }

    private static void awaitReady(LabNode node) throws InterruptedException {
        Instant start = Instant.now();
        while (!LabAgents.isReady(node)) {
            if (!LabAgents.isAlive(node)) {
                throw new IllegalStateException(
                        "the agent of " + node.name() + " did not start: " + LabAgents.lastWord(node));
            }
            if (Duration.between(start, Instant.now()).compareTo(PATIENCE) > 0) {
                throw new IllegalStateException("the agent of " + node.name() + " is not ready after "
                        + PATIENCE.toSeconds() + " s: see " + node.log());
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** Takes the lab down, however much of it there is; false if there is none. */
    public boolean down() throws IOException {
        Optional<LabPlan> present = present();
        if (present.isEmpty()) {
            return false;
        }
        LabPlan plan = present.get();
        progress.accept("agents");
        plan.labNodes().stream().map(LabNode::name).filter(LabNetwork::exists).forEach(LabNetwork::end);
        progress.accept("pods and nodes");
        for (LabNode node : plan.labNodes()) {
            Path notes = node.state().resolve("namespaces");
            if (Files.isDirectory(notes)) {
                PodNamespaces pods = new PodNamespaces(notes);
                pods.list().forEach(pods::delete);
            }
        }
        LabNetwork.namespaces(plan).forEach(LabNetwork::delete);
        deleteTree(LabPlan.STATE);
        deleteTree(LabPlan.RUN);
        deleteIfEmpty(Path.of("/var/lib/osier"));
        deleteIfEmpty(Path.of("/run/osier"));
        return true;
    }

    /** The nodes with whether their agents answer. */
    public static List<NodeState> nodes(LabPlan plan) {
        return plan.labNodes().stream()
                .map(node -> new NodeState(node.name(), node.address(), LabAgents.isReady(node), node.socket()))
                .toList();
    }

    /** The lab's store in words, for people. */
    public static String store(LabPlan plan) {
        if (!plan.hasEtcd()) {
            return "directory " + LabPlan.STATE.resolve("store");
        }
        List<String> missing = LabEtcd.missing(plan.etcdMembers());
        return LabEtcd.endpoints(plan.etcdMembers()).stream()
                .map(endpoint -> endpoint + (missing.contains(endpoint) ? " (not running)" : ""))
                .collect(Collectors.joining(" ", "etcd ", ""));
    }

    /** One node of a lab. */
    public record NodeState(String name, String address, boolean ready, Path socket) {}

    private void downQuietly() {
        try {
            down();
        } catch (IOException | RuntimeException e) {
            progress.accept("could not clean up: " + e.getMessage() + ": run 'osier lab down'");
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** One that is not empty stays, and so does one that is a mount point, or a link to another: it is its owner's. */
    private static void deleteIfEmpty(Path folder) {
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            folder.toFile().delete();
        }
    }
}
