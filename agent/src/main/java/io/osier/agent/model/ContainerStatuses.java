package io.osier.agent.model;

import io.osier.dataplane.packet.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * What a pod's containers make of their pod, as the kubelet and kubectl have it. Most pods have one container, of which the pod
 * itself says everything: then it is not written a second time, for every node to keep, and agents that know of no containers read
 * the pod.
 */
public final class ContainerStatuses {
    private ContainerStatuses() {}

    /** How the containers with a command are, in the manifest's order; of a pod without one, how the pod is. */
    public static List<ContainerStatus> of(Pod pod) {
        List<String> names = pod.commands().stream().map(pod::nameOf).toList();
        if (names.isEmpty()) {
            List<Container> idle = pod.spec().containers();
            return List.of(onlyOne(idle.isEmpty() ? pod.metadata().name() : pod.nameOf(idle.get(0)), pod.status()));
        }
        List<ContainerStatus> known = pod.status().containerStatuses();
        List<ContainerStatus> statuses = new ArrayList<>();
        for (String name : names) {
            statuses.add(known.stream()
                    .filter(status -> status.name().equals(name))
                    .findFirst()
                    .orElseGet(() -> known.isEmpty() && statuses.isEmpty()
                            ? onlyOne(name, pod.status())
                            : ContainerStatus.waiting(name, 0, PodStatus.CREATING, PodStatus.STARTING)));
        }
        return statuses;
    }

    /** The pod with the status of every container. */
    public static Pod shown(Pod pod) {
        return Pod.of(pod.metadata(), pod.spec(), pod.status().with(of(pod)));
    }

    private static ContainerStatus onlyOne(String name, PodStatus pod) {
        if (pod.ready()) {
            return ContainerStatus.running(name, pod.restartCount());
        }
        return switch (pod.phase()) {
            case PodStatus.SUCCEEDED -> ContainerStatus.terminated(name, pod.restartCount(), 0, pod.message());
            case PodStatus.FAILED -> ContainerStatus.terminated(name, pod.restartCount(), null, pod.message());
            default ->
                ContainerStatus.waiting(
                        name,
                        pod.restartCount(),
                        Objects.requireNonNullElse(pod.reason(), PodStatus.CREATING),
                        pod.message());
        };
    }

    /**
     * How a pod with these containers is: it runs as long as one of them does or will, has failed if one of them has, and is ready
     * if all are.
     */
    public static PodStatus podStatus(String podIP, List<ContainerStatus> containers) {
        boolean ready = containers.stream().allMatch(ContainerStatus::ready);
        int restarts =
                containers.stream().mapToInt(ContainerStatus::restartCount).sum();
        if (ready) {
            return compact(PodStatus.running(podIP, restarts), containers);
        }
        ContainerStatus told = told(containers);
        boolean oneRuns = containers.stream().anyMatch(ContainerStatus::ready);
        String reason = Objects.requireNonNullElse(told.reason(), "Error");
        String message = Objects.requireNonNullElse(told.message(), reason);
        return compact(
                PodStatus.notReady(
                        phase(containers),
                        podIP,
                        restarts,
                        reason.equals(PodStatus.COMPLETED) && oneRuns ? "NotReady" : reason,
                        containers.size() == 1 ? message : told.name() + ": " + message),
                containers);
    }

    /** How a pod is whose node is gone: what was running is not known to. */
    public static PodStatus lost(Pod pod, String why) {
        List<ContainerStatus> containers = of(pod).stream()
                .map(each -> each.ready()
                        ? ContainerStatus.waiting(each.name(), each.restartCount(), PodStatus.NODE_LOST, why)
                        : each)
                .toList();
        PodStatus before = pod.status();
        PodStatus status = podStatus(String.valueOf(before.podIP()), containers);
        return before.podIPs().size() < 2
                ? status
                : status.alsoAt(IpAddress.parse(before.podIPs().get(1).ip()));
    }

    private static String phase(List<ContainerStatus> containers) {
        if (containers.stream().allMatch(container -> container.state().terminated() != null)) {
            return containers.stream().allMatch(ContainerStatus::hasSucceeded) ? PodStatus.SUCCEEDED : PodStatus.FAILED;
        }
        return containers.stream().anyMatch(ContainerStatus::isCreating) ? PodStatus.PENDING_PHASE : PodStatus.RUNNING;
    }

    /** The one of which the pod speaks: the first that does not run, and rather one that should. */
    private static ContainerStatus told(List<ContainerStatus> containers) {
        return containers.stream()
                .filter(container -> !container.ready())
                .min(Comparator.comparing(ContainerStatus::hasSucceeded))
                .orElseThrow();
    }

    private static PodStatus compact(PodStatus status, List<ContainerStatus> containers) {
        boolean saysAll = containers.size() == 1
                && onlyOne(containers.get(0).name(), status).equals(containers.get(0));
        return saysAll ? status : status.with(containers);
    }
}
