package io.osier.agent.reconcile;

import io.osier.agent.model.NetworkPolicy;
import io.osier.agent.model.NetworkPolicyPeer;
import io.osier.agent.model.NetworkPolicyPort;
import io.osier.agent.model.NetworkPolicyRule;
import io.osier.agent.model.Pod;
import io.osier.dataplane.bridge.NdpResponder;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.policy.IpBlock;
import io.osier.dataplane.policy.PeerSet;
import io.osier.dataplane.policy.PolicyRule;
import io.osier.dataplane.policy.PortRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what NetworkPolicies allow into what the dataplane asks: labels into addresses, names of ports into numbers. What several
 * pods have in common is made once. For one compilation.
 */
final class PolicyRules {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyRules.class);

    private final NodeSettings settings;
    private final Collection<Pod> pods;
    private final Map<PodSelection, List<Pod>> selected = new HashMap<>();
    private final IdentityHashMap<NetworkPolicyRule, PeerSet> peers = new IdentityHashMap<>();
    private final IdentityHashMap<NetworkPolicyRule, List<PolicyRule>> sent = new IdentityHashMap<>();

    /** @param pods of all nodes */
    PolicyRules(NodeSettings settings, Collection<Pod> pods) {
        this.settings = settings;
        this.pods = pods;
    }

    /** By which pods' labels rules were made; who none of these means makes no difference to them. */
    Set<PodSelection> selections() {
        return selected.keySet();
    }

    /** What the policy lets come to this pod. */
    List<PolicyRule> ingress(NetworkPolicy policy, Pod pod) {
        List<PolicyRule> rules = new ArrayList<>();
        List<? extends NetworkPolicyRule> all = policy.spec().ingress();
        for (int i = 0; i < all.size(); i++) {
            rules.addAll(admit(nameOf(policy, "ingress", i), policy, all.get(i), pod));
        }
        return rules;
    }

    /** What the policy lets its pods send. */
    List<PolicyRule> egress(NetworkPolicy policy) {
        List<PolicyRule> rules = new ArrayList<>();
        List<? extends NetworkPolicyRule> all = policy.spec().egress();
        for (int i = 0; i < all.size(); i++) {
            String name = nameOf(policy, "egress", i);
            rules.addAll(sent.computeIfAbsent(all.get(i), rule -> {
                List<PolicyRule> made = admit(name, policy, rule, null);
                made.addAll(admitNames(name, policy, rule));
                return made;
            }));
        }
        return rules;
    }

    private static String nameOf(NetworkPolicy policy, String direction, int index) {
        return EndpointSources.keyOf(policy.metadata()) + ", " + direction + " rule " + (index + 1);
    }

    /**
     * One rule, or none if none of its ports is there, since one without ports lets everything through.
     *
     * @param receiver whose ports have the names; null if no names count
     */
    private List<PolicyRule> admit(String name, NetworkPolicy policy, NetworkPolicyRule rule, @Nullable Pod receiver) {
        List<PortRange> ports = rangesOf(rule.ports().stream(), receiver);
        List<PolicyRule> made = new ArrayList<>();
        if (rule.ports().isEmpty() || !ports.isEmpty()) {
            made.add(new PolicyRule(name, peers.computeIfAbsent(rule, each -> peersOf(policy, each)), ports));
        }
        return made;
    }

    /** A name means another number with each receiving pod: pods that mean the same go together. */
    private List<PolicyRule> admitNames(String name, NetworkPolicy policy, NetworkPolicyRule rule) {
        List<NetworkPolicyPort> names = rule.ports().stream()
                .filter(port -> port.port() instanceof String)
                .toList();
        Map<List<PortRange>, List<Pod>> byPorts = new LinkedHashMap<>();
        if (!names.isEmpty()) {
            receivers(policy, rule)
                    .forEach(receiver -> byPorts.computeIfAbsent(
                                    rangesOf(names.stream(), receiver), ports -> new ArrayList<>())
                            .add(receiver));
        }
        byPorts.remove(List.of()); // pods with none of the names
        return byPorts.entrySet().stream()
                .map(each -> new PolicyRule(name, PeerSet.of(addressesOf(each.getValue()), List.of()), each.getKey()))
                .toList();
    }

    private Collection<Pod> receivers(NetworkPolicy policy, NetworkPolicyRule rule) {
        if (rule.peers().isEmpty()) {
            return selected(PodSelection.EVERYBODY);
        }
        Set<Pod> receivers = new LinkedHashSet<>();
        rule.peers().stream()
                .filter(peer -> peer.ipBlock() == null)
                .forEach(peer -> receivers.addAll(selected(PodSelection.of(policy, peer))));
        return receivers;
    }

    private static List<PortRange> rangesOf(Stream<NetworkPolicyPort> ports, @Nullable Pod receiver) {
        return ports.flatMap(port -> rangeOf(port, receiver)).distinct().toList();
    }

    private static Stream<PortRange> rangeOf(NetworkPolicyPort port, @Nullable Pod receiver) {
        int protocol = protocolOf(port);
        if (port.port() == null) {
            return Stream.of(PortRange.all(protocol));
        }
        int first = port.firstOn(receiver);
        return first == 0 ? Stream.of() : Stream.of(new PortRange(protocol, first, port.lastOn(receiver)));
    }

    private static int protocolOf(NetworkPolicyPort port) {
        return switch (port.protocol()) {
            case "UDP" -> IpProtocol.UDP;
            case "SCTP" -> IpProtocol.SCTP;
            default -> IpProtocol.TCP;
        };
    }

    private PeerSet peersOf(NetworkPolicy policy, NetworkPolicyRule rule) {
        if (rule.peers().isEmpty()) {
            return PeerSet.ANYBODY;
        }
        Set<Pod> meant = new LinkedHashSet<>();
        List<IpBlock> blocks = new ArrayList<>();
        for (NetworkPolicyPeer peer : rule.peers()) {
            io.osier.agent.model.IpBlock block = peer.ipBlock();
            if (block == null) {
                meant.addAll(selected(PodSelection.of(policy, peer)));
            } else {
                blocks.add(new IpBlock(block.prefix(), block.exceptPrefixes()));
            }
        }
        return PeerSet.of(addressesOf(meant), blocks);
    }

    private List<Pod> selected(PodSelection selection) {
        return selected.computeIfAbsent(
                selection, each -> pods.stream().filter(each::matches).toList());
    }

    private Set<IpAddress> addressesOf(Collection<Pod> some) {
        Set<IpAddress> addresses = new LinkedHashSet<>();
        some.stream()
                .filter(pod -> !pod.status().hasEnded())
                .forEach(pod -> addresses.addAll(addressesOf(settings, pod)));
        return addresses;
    }

    /** Every address that the pod sends from: its own of both families, and the link-local one. None if it has not got one yet. */
    static List<IpAddress> addressesOf(NodeSettings settings, Pod pod) {
        String ip = pod.status().podIP();
        if (ip == null) {
            return List.of();
        }
        try {
            IpAddress address = IpAddress.parse(ip);
            List<IpAddress> addresses = new ArrayList<>(List.of(address));
            if (address.isV4()) {
                Stream.ofNullable(settings.ipv6Of(address)).forEach(addresses::add);
                addresses.add(NdpResponder.linkLocalOf(MacAddress.ofPod(address.v4Bits())));
            }
            return addresses;
        } catch (IllegalArgumentException e) {
            LOG.warn("pod {} has no policies: {}", EndpointSources.keyOf(pod.metadata()), e.getMessage());
            return List.of();
        }
    }
}
