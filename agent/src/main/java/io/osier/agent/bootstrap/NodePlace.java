package io.osier.agent.bootstrap;

import io.osier.agent.ipam.Claimant;
import io.osier.agent.ipam.SubnetClaim;
import io.osier.agent.ipam.SubnetLeases;
import io.osier.agent.model.Node;
import io.osier.agent.pod.Ipv6Device;
import io.osier.agent.pod.PodNamespaces;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.StateStore;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.io.TapFactory;
import io.osier.dataplane.io.TapOffload;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's place in the cluster, found before it forwards a packet.
 *
 * @param settings name, ranges and the leased subnet
 * @param underlay how other nodes reach it
 * @param mtuBytes what a pod may send
 * @param offloads what may come and go undone through its TAPs
 * @param identity the random number by which it is told from another node of its name
 */
record NodePlace(NodeSettings settings, IpAddress underlay, int mtuBytes, Set<TapOffload> offloads, String identity) {
    private static final Logger LOG = LoggerFactory.getLogger(NodePlace.class);

    NodePlace {
        offloads = Set.copyOf(offloads);
    }

    /**
     * Takes the node's place, its lease included; where the store is away, the lease that it is known to have. May be done again, also while another agent of this node runs.
     *
     * @throws IOException or {@link RuntimeException} in one line, if there is none to be had
     */
    static NodePlace take(AgentConfig config, StateStore store, SubnetLeases leases) throws IOException {
        List<Node> nodes = new ObjectStore(store).list(Keys.NODES, Node.class);
        IpAddress underlay = underlay(config, nodes);
        int mtuBytes = UnderlayAddress.podMtuBytes(underlay);
        Set<TapOffload> offloads = config.offloads().equals("none") ? Set.of() : TapFactory.acceptedOffloads();
        NodeIdentity identity = new NodeIdentity(Path.of(config.stateDirectory()));
        IpPrefix subnet = lease(config, store, leases, identity, underlay, nodes);
        NodeSettings settings = new NodeSettings(
                config.nodeName(),
                IpPrefix.parse(config.podRange()),
                IpPrefix.parse(config.serviceRange()),
                ipv6(config, mtuBytes),
                subnet,
                offloads.contains(TapOffload.CSUM),
                config.nodePortRanges());
        return new NodePlace(settings, underlay, mtuBytes, offloads, identity.id());
    }

    /** The ranges of IPv6; null where there is to be none, or there can be none. */
    private static @Nullable Ipv6Ranges ipv6(AgentConfig config, int mtuBytes) {
        Ipv6Ranges ranges = config.ipv6();
        if (ranges == null || !Ipv6Device.isSupported()) {
            return null;
        }
        if (mtuBytes < Ipv6Device.MIN_MTU_BYTES) {
            LOG.warn(
                    "pods have no IPv6: it needs an MTU of {} bytes, and they have {}: give the underlay a larger one",
                    Ipv6Device.MIN_MTU_BYTES,
                    mtuBytes);
            return null;
        }
        return ranges;
    }

    private static IpAddress underlay(AgentConfig config, List<Node> nodes) {
        String configured = config.underlayAddress();
        IpAddress address =
                configured == null ? UnderlayAddress.find(config.nodeName(), nodes) : IpAddress.parse(configured);
        UnderlayAddress.checkUnique(address, config.nodeName(), nodes);
        return address;
    }

    private static IpPrefix lease(
            AgentConfig config,
            StateStore store,
            SubnetLeases leases,
            NodeIdentity identity,
            IpAddress underlay,
            List<Node> nodes)
            throws IOException {
        Claimant claimant = new Claimant(config.nodeName(), identity.id(), underlay.toString());
        SubnetClaim claim = Membership.claim(store, leases, claimant);
        IpPrefix subnet;
        if (store.absence().isPresent()) {
            subnet = claim.held()
                    .orElseThrow(() -> new IllegalStateException("the store is away, and no lease of node "
                            + claimant.node() + " is known: start its agent when the store is back"));
        } else {
            Path namespaces = Path.of(config.stateDirectory()).resolve("namespaces");
            boolean inUse = !new PodNamespaces(namespaces).list().isEmpty();
            subnet = claim.acquire(identity.subnet(), inUse, foreignRanges(nodes));
        }
        identity.remember(subnet);
        return subnet;
    }

    /** What foreign nodes have of the pod range, without a lease. */
    static List<IpPrefix> foreignRanges(List<Node> nodes) {
        return nodes.stream()
                .filter(node -> node.spec().foreign())
                .flatMap(node -> node.spec().podCIDRs().stream())
                .map(IpPrefix::parse)
                .toList();
    }

    /** Who has this place. */
    Claimant claimant() {
        return new Claimant(settings.nodeName(), identity, underlay.toString());
    }
}
