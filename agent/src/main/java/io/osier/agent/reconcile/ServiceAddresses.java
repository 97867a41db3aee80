package io.osier.agent.reconcile;

import io.osier.agent.model.IpFamilies;
import io.osier.agent.model.Service;
import io.osier.agent.model.ServicePort;
import io.osier.agent.model.ServiceSpec;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.service.Backend;
import io.osier.dataplane.service.Exposure;
import io.osier.dataplane.service.FlowPolicy;
import io.osier.dataplane.service.ServicePolicy;
import io.osier.dataplane.service.ServicePolicy.Locality;
import io.osier.dataplane.service.VirtualService;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All addresses at which a service port is reached on one node.
 *
 * @param host behind which the dataplane has what comes to the node's own IPv4 addresses
 * @param host6 the same of IPv6; null on a node without it
 * @param node the node's own addresses, as its pods use them; of each family its gateway first
 * @param others the other nodes' addresses, which users may choose for services as well
 * @param seen under which addresses others may see the node besides
 * @param hasNodePorts at which of its addresses its node ports are reached
 */
record ServiceAddresses(
        HostAddresses host,
        @Nullable HostAddresses host6,
        List<IpAddress> node,
        Set<IpAddress> others,
        Set<IpAddress> seen,
        Predicate<IpAddress> hasNodePorts) {
    /**
     * Those of one family.
     *
     * @param backends of this family, too
     * @param near those of the backends that are on this node
     */
    List<VirtualService> of(
            Service service, ServicePort port, String family, List<Backend> backends, List<Backend> near) {
        ServiceSpec spec = service.spec();
        List<VirtualService> result = new ArrayList<>();
        FlowPolicy flows = service.flows();
        Maker maker = new Maker(
                service.portName(port), protocolOf(port), backends, near, spec.affinitySeconds(), flows, this::isNodes);
        Locality inside = spec.internalTrafficPolicy().equals(ServiceSpec.LOCAL) ? Locality.EVERYBODY : Locality.NOBODY;
        for (IpAddress address : ofFamily(spec.addresses(), family)) {
            result.add(maker.make(Exposure.CLUSTER_IP, address, port.port(), inside));
        }
        Locality outside =
                ServiceSpec.LOCAL.equals(spec.externalTrafficPolicy()) ? Locality.OUTSIDERS : Locality.NOBODY;
        for (String external : spec.externalIPs()) {
            IpAddress address = IpAddress.parse(external);
            if (IpFamilies.isOf(address, family)) {
                result.add(maker.make(Exposure.EXTERNAL_IP, address, port.port(), outside));
            }
        }
        IpAddress balancer = spec.loadBalancerIP() == null ? null : IpAddress.parse(spec.loadBalancerIP());
        if (balancer != null && IpFamilies.isOf(balancer, family)) {
            result.add(maker.make(Exposure.LOAD_BALANCER, balancer, port.port(), outside, rangesOf(spec, family)));
        }
        Integer nodePort = port.nodePort();
        HostAddresses standing = family.equals(IpFamilies.IPV4) ? host : host6;
        if (nodePort != null && standing != null) {
            result.add(maker.make(Exposure.NODE_PORT, standing.outside(), nodePort, outside));
            result.add(maker.make(Exposure.NODE_PORT, standing.inside(), nodePort, Locality.NOBODY));
            ofFamily(node, family).stream()
                    .filter(hasNodePorts)
                    .forEach(own -> result.add(maker.make(Exposure.NODE_ADDRESS, own, nodePort, outside)));
        }
        return result;
    }

    /** What the node itself sends to a load balancer comes from its gateway address; so where the node may come, that may. */
    private List<IpPrefix> rangesOf(ServiceSpec spec, String family) {
        List<IpPrefix> ranges = new ArrayList<>(spec.loadBalancerSourceRanges().stream()
                .map(range -> IpPrefix.parse(range.strip()))
                .filter(range -> IpFamilies.isOf(range.address(), family))
                .toList());
        List<IpAddress> own = ofFamily(node, family);
        boolean mayCome = Stream.concat(own.stream(), seen.stream()).anyMatch(address -> isIn(ranges, address));
        if (mayCome && !own.isEmpty() && !isIn(ranges, own.get(0))) {
            ranges.add(IpPrefix.of(own.get(0)));
        }
        return ranges;
    }

    private boolean isNodes(IpAddress address) {
        return others.contains(address) || node.contains(address);
    }

    private static boolean isIn(List<IpPrefix> ranges, IpAddress address) {
        return ranges.stream().anyMatch(range -> range.contains(address));
    }

    private static List<IpAddress> ofFamily(List<IpAddress> addresses, String family) {
        List<IpAddress> found = new ArrayList<>();
        for (IpAddress address : addresses) {
            if (IpFamilies.isOf(address, family)) {
                found.add(address);
            }
        }
        return found;
    }

    private record Maker(
            String name,
            int protocol,
            List<Backend> backends,
            List<Backend> near,
            int affinitySeconds,
            FlowPolicy flows,
            Predicate<IpAddress> nodes) {
        VirtualService make(Exposure exposure, IpAddress address, int port, Locality locality) {
            return make(exposure, address, port, locality, List.of());
        }

        VirtualService make(Exposure exposure, IpAddress address, int port, Locality locality, List<IpPrefix> ranges) {
            ServicePolicy policy =
                    new ServicePolicy(exposure, locality, affinitySeconds, ranges, flows, nodes.test(address));
            return new VirtualService(name, protocol, address, port, backends, near, policy);
        }
    }

    private static int protocolOf(ServicePort port) {
        return switch (port.protocol()) {
            case "UDP" -> IpProtocol.UDP;
            case "SCTP" -> IpProtocol.SCTP;
            default -> IpProtocol.TCP;
        };
    }
}
