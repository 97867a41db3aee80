package io.osier.agent.reconcile;

import io.osier.agent.model.Container;
import io.osier.agent.model.LabelSelector;
import io.osier.agent.model.NetworkPolicy;
import io.osier.agent.model.NetworkPolicyPeer;
import io.osier.agent.model.NetworkPolicyPort;
import io.osier.agent.model.NetworkPolicyRule;
import io.osier.agent.model.Pod;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What Kubernetes says that NetworkPolicies mean, read off the objects for one packet at a time. */
final class NaivePolicies {
    private final ClusterState cluster;

    NaivePolicies(ClusterState cluster) {
        this.cluster = cluster;
    }

    /** Whether a packet between a pod and another address may open a flow, as far as the pod's policies in one direction go. */
    boolean allows(Pod pod, boolean ingress, IpAddress peer, int protocol, int port) {
        List<NetworkPolicy> isolating = isolating(pod, ingress);
        return isolating.isEmpty()
                || isolating.stream()
                        .anyMatch(policy -> rules(policy, ingress).stream()
                                .anyMatch(rule -> hasPeer(policy, rule, peer)
                                        && hasPort(
                                                rule,
                                                ingress ? List.of(pod) : podsAt(policy, rule, peer),
                                                protocol,
                                                port)));
    }

    List<NetworkPolicy> isolating(Pod pod, boolean ingress) {
        return cluster.policies().stream()
                .filter(policy -> policy.metadata().namespace() != null
                        && policy.metadata().namespace().equals(pod.metadata().namespace()))
                .filter(policy ->
                        picks(policy.spec().podSelector(), pod.metadata().labels()))
                .filter(policy -> ingress
                        ? policy.spec().isolatesIngress()
                        : policy.spec().isolatesEgress())
                .toList();
    }

    private static List<? extends NetworkPolicyRule> rules(NetworkPolicy policy, boolean ingress) {
        return ingress ? policy.spec().ingress() : policy.spec().egress();
    }

    private static boolean picks(@Nullable LabelSelector selector, Map<String, String> labels) {
        return selector == null || selector.matches(labels);
    }

    private boolean hasPeer(NetworkPolicy policy, NetworkPolicyRule rule, IpAddress address) {
        return rule.peers().isEmpty()
                || rule.peers().stream()
                        .anyMatch(peer -> peer.ipBlock() != null
                                ? peer.ipBlock().prefix().contains(address)
                                        && peer.ipBlock().exceptPrefixes().stream()
                                                .noneMatch(except -> except.contains(address))
                                : cluster.pods().stream()
                                        .anyMatch(pod -> hasAddress(pod, address) && isMeant(policy, peer, pod)));
    }

    private static boolean isMeant(NetworkPolicy policy, NetworkPolicyPeer peer, Pod pod) {
        String namespace = String.valueOf(pod.metadata().namespace());
        boolean near = peer.namespaceSelector() == null
                ? namespace.equals(policy.metadata().namespace())
                : picks(peer.namespaceSelector(), Map.of("kubernetes.io/metadata.name", namespace));
        return near && picks(peer.podSelector(), pod.metadata().labels());
    }

    static boolean hasAddress(Pod pod, IpAddress address) {
        return pod.status().podIPs().stream().anyMatch(ip -> ip.ip().equals(address.toString()));
    }

    /** The pods whose names of ports count for an egress rule: those of the address that the rule means by their labels. */
    private List<Pod> podsAt(NetworkPolicy policy, NetworkPolicyRule rule, IpAddress address) {
        return cluster.pods().stream()
                .filter(pod -> hasAddress(pod, address))
                .filter(pod -> rule.peers().isEmpty()
                        || rule.peers().stream().anyMatch(peer -> peer.ipBlock() == null && isMeant(policy, peer, pod)))
                .toList();
    }

    private static boolean hasPort(NetworkPolicyRule rule, List<Pod> receivers, int protocol, int port) {
        return rule.ports().isEmpty()
                || rule.ports().stream()
                        .anyMatch(wanted -> protocolOf(wanted) == protocol && hasPort(wanted, receivers, port));
    }

    private static boolean hasPort(NetworkPolicyPort wanted, List<Pod> receivers, int port) {
        if (wanted.port() instanceof String name) {
            return receivers.stream()
                    .flatMap(pod -> pod.spec().containers().stream())
                    .flatMap(container -> container.ports().stream())
                    .anyMatch(named -> name.equals(named.name())
                            && wanted.protocol().equals(protocolOf(named))
                            && named.containerPort() == port);
        }
        return !(wanted.port() instanceof Integer first)
                || (first <= port && port <= (wanted.endPort() == null ? first : wanted.endPort()));
    }

    private static String protocolOf(Container.ContainerPort port) {
        return port.protocol() == null ? "TCP" : port.protocol();
    }

    private static int protocolOf(NetworkPolicyPort port) {
        return port.protocol().equals("UDP") ? IpProtocol.UDP : IpProtocol.TCP;
    }
}
