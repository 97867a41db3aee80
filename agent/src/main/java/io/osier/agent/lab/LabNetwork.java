package io.osier.agent.lab;

import io.osier.agent.lab.LabPlan.LabNode;
import io.osier.agent.pod.CommandRunner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** The namespaces of a lab and the underlay between them; the machine's own links are left alone. */
final class LabNetwork {
    static final String UNDERLAY_PREFIX = "172.30.0.";
    static final int GATEWAY_NUMBER = 254;
    private static final String GATEWAY = UNDERLAY_PREFIX + GATEWAY_NUMBER;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int LOOKS = 500;

    private LabNetwork() {}

    /** Refuses to begin where a namespace of somebody else has a name that the lab needs. */
    static void checkNamesAreFree(LabPlan plan) {
        namespaces(plan).stream().filter(LabNetwork::exists).findFirst().ifPresent(name -> {
            throw new IllegalStateException("network namespace " + name
                    + " exists already and is not this lab's: remove it with 'ip netns delete " + name + "'");
        });
    }

    static List<String> namespaces(LabPlan plan) {
        List<String> names = new java.util.ArrayList<>(
                plan.labNodes().stream().map(LabNode::name).toList());
        names.add(LabPlan.UNDERLAY);
        return names;
    }

    static void build(LabPlan plan) {
        StringBuilder namespaces = new StringBuilder();
        namespaces(plan)
                .forEach(name -> namespaces.append("netns add ").append(name).append('\n'));
        CommandRunner.runWithInput(namespaces.toString(), "ip", "-batch", "-");

        StringBuilder underlay = new StringBuilder("""
                link set lo up
                link add underlay0 type bridge
                link set underlay0 mtu %d up
                addr add %s/24 dev underlay0
                """.formatted(plan.underlayMtuBytes(), GATEWAY));
        for (String address : plan.hasEtcd() ? LabEtcd.addresses(plan.etcdMembers()) : List.<String>of()) {
            if (!address.equals(GATEWAY)) {
                underlay.append("addr add %s/24 dev underlay0\n".formatted(address));
            }
        }
        for (LabNode node : plan.labNodes()) {
            underlay.append("""
                    link add %1$s mtu %2$d type veth peer name eth0 mtu %2$d netns %1$s
                    link set %1$s master underlay0 up
                    """.formatted(node.name(), plan.underlayMtuBytes()));
        }
        CommandRunner.runWithInput(underlay.toString(), "ip", "-n", LabPlan.UNDERLAY, "-batch", "-");
        for (LabNode node : plan.labNodes()) {
            CommandRunner.runWithInput("""
                    link set lo up
                    addr add %s/24 dev eth0
                    link set eth0 up
                    route add default via %s
                    """.formatted(node.address(), GATEWAY), "ip", "-n", node.name(), "-batch", "-");
        }
    }

    static boolean exists(String namespace) {
        return Files.exists(Path.of("/run/netns", namespace));
    }

    /** Ends whatever runs in a namespace and removes it. */
    static void delete(String namespace) {
        if (!exists(namespace)) {
            return;
        }
        end(namespace);
        CommandRunner.run("ip", "netns", "delete", namespace);
    }

    /**
     * Ends whatever runs in a namespace and waits until nothing does. A process that has ended but that nobody waits for, as in a
     * container whose first process is no init, is in no namespace any more.
     */
    static void end(String namespace) {
        List<ProcessHandle> running = pids(namespace);
        for (int look = 0; look < LOOKS && !running.isEmpty(); look++) {
            running.forEach(ProcessHandle::destroyForcibly);
            LockSupport.parkNanos(LOOK_NANOS);
            running = pids(namespace);
        }
        if (!running.isEmpty()) {
            throw new IllegalStateException("processes in " + namespace + " do not end: "
                    + running.stream().map(process -> "" + process.pid()).collect(Collectors.joining(" ")));
        }
    }

    static List<ProcessHandle> pids(String namespace) {
        return CommandRunner.run("ip", "netns", "pids", namespace)
                .lines()
                .map(pid -> ProcessHandle.of(Long.parseLong(pid.strip())))
                .flatMap(java.util.Optional::stream)
                .toList();
    }
}
