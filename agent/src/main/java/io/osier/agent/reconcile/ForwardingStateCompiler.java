package io.osier.agent.reconcile;

import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.service.ServiceTable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Turns the cluster's state into what one node forwards by. A function of that state alone: the same one gives the same tables
 * on every node, but for the routes, which are told from where the node stands. How it came about changes nothing, and what has
 * not changed costs nothing ({@code docs/adr/0035}). One thread at a time.
 */
public final class ForwardingStateCompiler {
    private final NodeSettings settings;
    private final Supplier<Set<IpAddress>> seenAddresses;
    private final CompiledPolicies policies;
    private ServiceTable table = ServiceTable.EMPTY;
    private Known known;
    private int servicesCompiled;

    /** What is known of the cluster. */
    private final class Known {
        private final EndpointSources sources = new EndpointSources();
        private final RouteCompiler routes = new RouteCompiler(settings);
        private final PodNumbers numbers = new PodNumbers();
        private final CompiledServices services = new CompiledServices(table);
        private Set<IpAddress> seen = Set.of();
    }

    /** @param seenAddresses those under which others may see the node, as they are when it is asked */
    public ForwardingStateCompiler(NodeSettings settings, Supplier<Set<IpAddress>> seenAddresses) {
        this.settings = settings;
        this.seenAddresses = seenAddresses;
        this.policies = new CompiledPolicies(settings, System::nanoTime);
        this.known = new Known();
    }

    /** Of a node that is seen under the addresses alone which the cluster knows of it. */
    public ForwardingStateCompiler(NodeSettings settings) {
        this(settings, Set::of);
    }

    /** Compiles a state as if nothing had been known before; services that have not changed keep their counters. */
    public ForwardingState compile(ClusterState cluster, long generation) {
        return compile(ClusterChange.beginning(cluster), generation);
    }

    /**
     * Compiles the state that a change has made of the one before. After an exception only one that begins can be taken in.
     */
    public ForwardingState compile(ClusterChange change, long generation) {
        if (change.begins()) {
            known = new Known();
        }
        NodeTables nodesBefore = known.routes.tables();
        PodRoutes routesBefore = known.routes.routes();
        known.sources.take(change);
        known.routes.take(change);
        known.services.take(change.services());
        known.numbers.take(change.pods());
        Set<String> touched = touchedByObjects(change);
        touchByPlaces(nodesBefore, routesBefore, touched);
        touchBySight(touched);
        ServiceCompiler compiler = new ServiceCompiler(
                settings,
                new EndpointSelector(known.sources),
                known.numbers,
                known.routes.routes(),
                known.routes.tables(),
                known.seen);
        touched.forEach(service -> known.services.compile(service, compiler));
        servicesCompiled = touched.size();
        table = known.services.changed(table, known.numbers.pods());
        return new ForwardingState(
                generation,
                settings.nodeName(),
                settings.gateway(),
                settings.podRange(),
                settings.serviceRange(),
                settings.ipv6(),
                known.routes.peers(),
                known.routes.routes(),
                table,
                policies.take(change, known.routes.tables().own()));
    }

    /** Services that have changed, or what stands behind them. */
    private Set<String> touchedByObjects(ClusterChange change) {
        Set<String> touched = new HashSet<>();
        change.services()
                .forEach(each ->
                        each.sides().forEach(service -> touched.add(EndpointSources.keyOf(service.metadata()))));
        change.endpoints()
                .forEach(each ->
                        each.sides().forEach(endpoints -> touched.add(EndpointSources.keyOf(endpoints.metadata()))));
        change.slices().forEach(each -> each.sides().forEach(slice -> touched.add(EndpointSources.serviceOf(slice))));
        change.pods().forEach(each -> known.services.forEachSelecting(each, touched::add));
        return touched;
    }

    /** Services whose endpoints are reached in another way now, or lie in another zone. */
    @SuppressWarnings("ReferenceEquality") // they are the same objects as long as nothing of them has changed
    private void touchByPlaces(NodeTables nodesBefore, PodRoutes routesBefore, Set<String> touched) {
        NodeTables nodes = known.routes.tables();
        PodRoutes routes = known.routes.routes();
        if (nodes != nodesBefore) {
            Set<String> moved = nodes.topology().differences(nodesBefore.topology());
            if (moved.contains(settings.nodeName()) || !nodes.own().equals(nodesBefore.own())) {
                touched.addAll(known.services.all());
            }
            moved.forEach(node -> touched.addAll(known.services.askingFor(node)));
            if (!nodes.others().equals(nodesBefore.others())) {
                touched.addAll(known.services.withExternalAddresses());
            }
        }
        if (routes != routesBefore) {
            for (IpPrefix range : RouteDifference.of(routesBefore, routes, ServiceCompiler::isSame)) {
                known.services.forEachNear(range, touched::add);
            }
        }
    }

    /** Services that let the node come, or not, by the addresses under which it is seen now. */
    private void touchBySight(Set<String> touched) {
        Set<String> asking = known.services.withSourceRanges();
        Set<IpAddress> seen = asking.isEmpty() ? Set.of() : seenAddresses.get();
        if (!seen.equals(known.seen)) {
            touched.addAll(asking);
            known.seen = seen;
        }
    }

    /** How many services the last change concerned, those included that are gone by it. */
    public int servicesCompiled() {
        return servicesCompiled;
    }

    /** Whose state it compiles. */
    String nodeName() {
        return settings.nodeName();
    }

    /** Whether some pod has this uid. */
    boolean hasPod(String uid) {
        return known.numbers.pods().contains(known.numbers.of(uid));
    }

    /** What load balancers may ask this node about the services that were compiled last. */
    List<HealthCheck> healthChecks() {
        return known.services.healthChecks();
    }
}
