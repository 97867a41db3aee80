package io.osier.agent.reconcile;

import io.osier.agent.model.Service;
import io.osier.agent.model.ServicePort;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.service.Backend;
import io.osier.dataplane.service.VirtualService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns one service after the other, and what stands behind it, into what the dataplane looks up. For one round. */
final class ServiceCompiler {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceCompiler.class);

    private final NodeSettings settings;
    private final EndpointSelector selector;
    private final PodNumbers numbers;
    /** Those that have been asked for: a pod may stand behind many services. */
    private final Map<String, Long> podNumbers = new HashMap<>();

    private final PodRoutes routes;
    private final Topology topology;
    private final ServiceAddresses addresses;

    /** @param seen under which addresses others may see the node besides those that the cluster knows */
    ServiceCompiler(
            NodeSettings settings,
            EndpointSelector selector,
            PodNumbers numbers,
            PodRoutes routes,
            NodeTables nodes,
            Set<IpAddress> seen) {
        this.settings = settings;
        this.selector = selector;
        this.numbers = numbers;
        this.routes = routes;
        this.topology = nodes.topology();
        this.addresses = new ServiceAddresses(
                HostAddresses.of(settings.serviceRange()),
                hosts6(),
                reachedAt(nodes),
                nodes.others(),
                seen,
                settings::hasNodePortsAt);
    }

    private @Nullable HostAddresses hosts6() {
        Ipv6Ranges ipv6 = settings.ipv6();
        return ipv6 == null ? null : HostAddresses.of(ipv6.services());
    }

    /** Where this node is reached. */
    private List<IpAddress> reachedAt(NodeTables nodes) {
        List<IpAddress> own = new ArrayList<>(List.of(settings.gateway()));
        IpAddress gateway6 = settings.ipv6Of(settings.gateway());
        if (gateway6 != null) {
            own.add(gateway6);
        }
        own.addAll(nodes.own());
        return own;
    }

    /** What comes of a service; null if it has no address, and so never can be reached. */
    @Nullable
    CompiledService compile(Service service) {
        if (service.spec().clusterIP() == null || service.spec().isHeadless()) {
            return null;
        }
        Draft draft = new Draft(service);
        try {
            service.spec().ipFamilies().forEach(draft::add);
        } catch (RuntimeException e) {
            // Whatever somebody wrote into the store, the other services are served.
            LOG.warn("service {} is left out: {}", service.metadata().name(), e.toString());
            draft.result.clear();
        }
        return new CompiledService(
                List.copyOf(draft.result), draft.local.size(), Set.copyOf(draft.blocks), Set.copyOf(draft.nodes));
    }

    private final class Draft {
        private final Service service;
        private final List<VirtualService> result = new ArrayList<>();
        private final Set<IpAddress> local = new HashSet<>();
        private final Set<Integer> blocks = new HashSet<>();
        private final Set<String> nodes = new HashSet<>();

        Draft(Service service) {
            this.service = service;
        }

        void add(String family) {
            for (ServicePort port : service.spec().ports()) {
                add(port, family);
            }
        }

        private void add(ServicePort port, String family) {
            List<EndpointSelector.Endpoint> all = selector.endpointsOf(service, port, family);
            all.forEach(this::remember);
            List<Backend> backends = new ArrayList<>();
            for (EndpointSelector.Endpoint endpoint : topology.preferred(
                    EndpointSelector.taking(all), service.spec().trafficDistribution())) {
                backends.add(backend(endpoint));
            }
            List<EndpointSelector.Endpoint> here = new ArrayList<>();
            for (EndpointSelector.Endpoint endpoint : all) {
                if (isHere(endpoint)) {
                    here.add(endpoint);
                    if (!endpoint.leaving()) {
                        local.add(endpoint.address());
                    }
                }
            }
            List<Backend> near = new ArrayList<>();
            for (EndpointSelector.Endpoint endpoint : EndpointSelector.taking(here)) {
                near.add(backend(endpoint));
            }
            result.addAll(addresses.of(service, port, family, backends, near));
        }

        private void remember(EndpointSelector.Endpoint endpoint) {
            if (isRouted(endpoint.address())) {
                blocks.add(AddressBlocks.blockOf((int) endpoint.address().low()));
            }
            String node = endpoint.node();
            if (node != null && service.spec().trafficDistribution() != null) {
                nodes.add(node);
            }
        }
    }

    private boolean isHere(EndpointSelector.Endpoint endpoint) {
        Route route = routeTo(endpoint.address());
        return route != null && route.via() == null;
    }

    private boolean isRouted(IpAddress address) {
        Ipv6Ranges ipv6 = settings.ipv6();
        return address.isV4() || (ipv6 != null && ipv6.pods().contains(address.high(), address.low()));
    }

    /** By the IPv4 address that a pod's IPv6 address says; null for an address that is nobody's pod's. */
    private @Nullable Route routeTo(IpAddress address) {
        return isRouted(address) ? routes.lookup((int) address.low()) : null;
    }

    /** Pods of our own nodes have a MAC address that follows from theirs; the host finds whatever else there is. */
    private Backend backend(EndpointSelector.Endpoint endpoint) {
        Route route = routeTo(endpoint.address());
        Peer via = route == null ? null : route.via();
        boolean ours = route != null && (via == null || !via.foreign());
        long mac = ours ? MacAddress.ofPod((int) endpoint.address().low()) : Backend.VIA_GATEWAY;
        String uid = endpoint.podUid();
        long pod = uid == null ? numbers.of(null) : podNumbers.computeIfAbsent(uid, numbers::of);
        return new Backend(endpoint.address(), endpoint.port(), mac, endpoint.weight(), pod);
    }

    /** Whether to a service one route is as good as another: it asks whose pods these are, not how they are reached. */
    static boolean isSame(Route one, Route other) {
        return (one.via() == null) == (other.via() == null) && isForeign(one) == isForeign(other);
    }

    private static boolean isForeign(Route route) {
        Peer via = route.via();
        return via != null && via.foreign();
    }
}
