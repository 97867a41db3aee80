package io.osier.agent.reconcile;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Endpoints;
import io.osier.agent.model.Node;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import io.osier.agent.model.ServicePort;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.service.Backend;
import io.osier.dataplane.service.PodInstances;
import io.osier.dataplane.service.VirtualService;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns services and what stands behind them into what the dataplane looks up. As long as nodes and routes stay as they are, a
 * service is compiled anew only if it, its pods, or endpoints given for it have changed: objects of the cluster's state never
 * change themselves, so being the same object is being equal. Owned by one thread.
 */
final class ServiceCompiler {
    private record Compiled(
            Service service,
            @Nullable Endpoints byHand,
            List<EndpointSlice> slices,
            List<Pod> candidates,
            List<VirtualService> result,
            int localEndpoints) {
        @SuppressWarnings("ReferenceEquality") // that is the point: comparing 10,000 services by value takes longer
        boolean isOf(Service service, EndpointSelector selector, List<Pod> pods) {
            return this.service == service
                    && byHand == selector.byHand(service)
                    && isSame(slices, selector.slicesOf(service))
                    && isSame(candidates, pods);
        }
    }

    private record Address(IpAddress address, int port, int protocol) {}

    private static final Logger LOG = LoggerFactory.getLogger(ServiceCompiler.class);

    private final NodeSettings settings;
    private final Supplier<Set<IpAddress>> seenAddresses;
    private final PodNumbers numbers = new PodNumbers();
    private Map<String, Compiled> compiled = Map.of();
    private PodsByLabel pods = new PodsByLabel(List.of());
    private List<Node> nodes = List.of();
    private List<Route> routes = List.of();
    private Set<IpAddress> seen = Set.of();

    /** @param seenAddresses those under which others may see the node, as they are when it is asked */
    ServiceCompiler(NodeSettings settings, Supplier<Set<IpAddress>> seenAddresses) {
        this.settings = settings;
        this.seenAddresses = seenAddresses;
    }

    ServiceCompiler(NodeSettings settings) {
        this(settings, Set::of);
    }

    /** All services that have an address; those of equal address, protocol and port but for the first are left out. */
    Collection<VirtualService> compile(ClusterState cluster, PodRoutes routes) {
        pods = pods.of(cluster.pods());
        EndpointSelector selector = new EndpointSelector(cluster, pods);
        Set<IpAddress> seen = hasSourceRanges(cluster) ? seenAddresses.get() : Set.of();
        boolean samePlaces =
                isSame(nodes, cluster.nodes()) && this.routes.equals(routes.routes()) && this.seen.equals(seen);
        ServiceAddresses addresses = new ServiceAddresses(
                HostAddresses.of(settings.serviceRange()),
                hosts6(),
                nodeAddresses(cluster),
                seen,
                settings::hasNodePortsAt);
        Topology topology = Topology.of(settings.nodeName(), cluster.nodes());
        Map<String, Compiled> now = new HashMap<>();
        Map<Address, VirtualService> services = new HashMap<>();
        for (Service service : cluster.services()) {
            if (service.spec().clusterIP() == null || service.spec().isHeadless()) {
                continue;
            }
            String key =
                    service.metadata().namespace() + "/" + service.metadata().name();
            Compiled known = samePlaces ? compiled.get(key) : null;
            Compiled its = known != null && known.isOf(service, selector, pods.candidates(service))
                    ? known
                    : compile(service, selector, routes, addresses, topology);
            now.put(key, its);
            for (VirtualService result : its.result()) {
                // Addresses are claimed before they are written, so a second service with this one is a forgery.
                services.putIfAbsent(new Address(result.address(), result.port(), result.protocol()), result);
            }
        }
        compiled = now;
        nodes = cluster.nodes();
        this.routes = routes.routes();
        this.seen = seen;
        return services.values();
    }

    /** Nothing else asks under which addresses the node is seen. */
    private static boolean hasSourceRanges(ClusterState cluster) {
        return cluster.services().stream()
                .anyMatch(service -> !service.spec().loadBalancerSourceRanges().isEmpty());
    }

    private Compiled compile(
            Service service,
            EndpointSelector selector,
            PodRoutes routes,
            ServiceAddresses addresses,
            Topology topology) {
        List<VirtualService> result = new ArrayList<>();
        Set<IpAddress> local = new HashSet<>();
        try {
            for (String family : service.spec().ipFamilies()) {
                compile(service, family, selector, routes, addresses, topology, result, local);
            }
        } catch (RuntimeException e) {
            // Whatever somebody wrote into the store, the other services are served.
            LOG.warn("service {} is left out: {}", service.metadata().name(), e.toString());
            result.clear();
        }
        return new Compiled(
                service,
                selector.byHand(service),
                selector.slicesOf(service),
                pods.candidates(service),
                result,
                local.size());
    }

    private void compile(
            Service service,
            String family,
            EndpointSelector selector,
            PodRoutes routes,
            ServiceAddresses addresses,
            Topology topology,
            List<VirtualService> result,
            Set<IpAddress> local) {
        for (ServicePort port : service.spec().ports()) {
            List<EndpointSelector.Endpoint> all = selector.endpointsOf(service, port, family);
            List<Backend> backends = new ArrayList<>();
            for (EndpointSelector.Endpoint endpoint : topology.preferred(
                    EndpointSelector.taking(all), service.spec().trafficDistribution())) {
                backends.add(backend(endpoint, routeTo(endpoint.address(), routes)));
            }
            List<EndpointSelector.Endpoint> here =
                    all.stream().filter(endpoint -> isHere(endpoint, routes)).toList();
            List<Backend> near = new ArrayList<>();
            for (EndpointSelector.Endpoint endpoint : EndpointSelector.taking(here)) {
                near.add(backend(endpoint, routeTo(endpoint.address(), routes)));
            }
            here.stream().filter(endpoint -> !endpoint.leaving()).forEach(endpoint -> local.add(endpoint.address()));
            result.addAll(addresses.of(service, port, family, backends, near));
        }
    }

    private boolean isHere(EndpointSelector.Endpoint endpoint, PodRoutes routes) {
        Route route = routeTo(endpoint.address(), routes);
        return route != null && route.via() == null;
    }

    /** By the IPv4 address that a pod's IPv6 address says; null for an address that is nobody's pod's. */
    private @Nullable Route routeTo(IpAddress address, PodRoutes routes) {
        Ipv6Ranges ipv6 = settings.ipv6();
        boolean pod = address.isV4() || (ipv6 != null && ipv6.pods().contains(address.high(), address.low()));
        return pod ? routes.lookup((int) address.low()) : null;
    }

    private @Nullable HostAddresses hosts6() {
        Ipv6Ranges ipv6 = settings.ipv6();
        return ipv6 == null ? null : HostAddresses.of(ipv6.services());
    }

    /** Of the services that were compiled last, by name. */
    List<HealthCheck> healthChecks() {
        List<HealthCheck> checks = new ArrayList<>();
        for (Compiled each : compiled.values()) {
            Integer port = each.service().spec().healthCheckNodePort();
            if (port != null) {
                ObjectMeta metadata = each.service().metadata();
                checks.add(new HealthCheck(
                        String.valueOf(metadata.namespace()), metadata.name(), port, each.localEndpoints()));
            }
        }
        return checks;
    }

    /** Where this node is reached besides, by what it has said of itself. */
    private List<IpAddress> nodeAddresses(ClusterState cluster) {
        List<IpAddress> addresses = new ArrayList<>(List.of(settings.gateway()));
        IpAddress gateway6 = settings.ipv6Of(settings.gateway());
        if (gateway6 != null) {
            addresses.add(gateway6);
        }
        cluster.nodes().stream()
                .filter(node -> node.metadata().name().equals(settings.nodeName()))
                .flatMap(node -> node.status().addresses().stream())
                .map(address -> IpAddress.parse(address.address()))
                .forEach(addresses::add);
        return addresses;
    }

    static boolean isSame(List<?> one, List<?> other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (one.get(i) != other.get(i)) {
                return false;
            }
        }
        return true;
    }

    /** Pods of our own nodes have a MAC address that follows from theirs; the host finds whatever else there is. */
    private Backend backend(EndpointSelector.Endpoint endpoint, @Nullable Route route) {
        Peer via = route == null ? null : route.via();
        boolean ours = route != null && (via == null || !via.foreign());
        long mac = ours ? MacAddress.ofPod((int) endpoint.address().low()) : Backend.VIA_GATEWAY;
        return new Backend(endpoint.address(), endpoint.port(), mac, endpoint.weight(), numbers.of(endpoint.podUid()));
    }

    /** All pods that there are, so that flows to one that is none any more are known. */
    PodInstances instances(ClusterState cluster) {
        return numbers.of(cluster.pods());
    }
}
