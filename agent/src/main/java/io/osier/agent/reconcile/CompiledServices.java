package io.osier.agent.reconcile;

import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.service.PodInstances;
import io.osier.dataplane.service.ServiceTable;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** All services and what has come of them, by whatever a change may concern them through. Owned by one thread. */
final class CompiledServices {
    private final Map<String, Service> services = new HashMap<>();
    private final Map<String, CompiledService> compiled = new HashMap<>();
    private final ServiceOwners owners;
    private final ServicesBySelector bySelector = new ServicesBySelector();
    private final AddressBlocks<String> byEndpoint = new AddressBlocks<>(Comparator.naturalOrder());
    private final Grouped<String, String> byNode = new Grouped<>(new HashMap<>(), Comparator.naturalOrder());
    private final Set<String> ranged = new HashSet<>();
    private final Set<String> external = new HashSet<>();
    private final NavigableMap<String, HealthCheck> checks = new TreeMap<>();

    /** @param present what was made of services before, and is gone over as a whole */
    CompiledServices(ServiceTable present) {
        owners = new ServiceOwners(present);
    }

    /** Takes the services in that are there now; they are not compiled by that. */
    void take(List<Change<Service>> changes) {
        for (Change<Service> each : changes) {
            bySelector.take(each);
            each.replace(this::remove, this::add);
        }
    }

    private void remove(Service service) {
        String key = EndpointSources.keyOf(service.metadata());
        services.remove(key);
        ranged.remove(key);
        external.remove(key);
    }

    private void add(Service service) {
        String key = EndpointSources.keyOf(service.metadata());
        services.put(key, service);
        if (!service.spec().loadBalancerSourceRanges().isEmpty()) {
            ranged.add(key);
        }
        if (!service.spec().externalIPs().isEmpty() || service.spec().loadBalancerIP() != null) {
            external.add(key);
        }
    }

    /** All services that select a pod as it was, or as it is. */
    void forEachSelecting(Change<Pod> pod, Consumer<String> action) {
        pod.sides()
                .forEach(side -> bySelector.forEachOf(
                        side, service -> action.accept(EndpointSources.keyOf(service.metadata()))));
    }

    /** All services with endpoints near these addresses, and those alone if they are in one block. */
    void forEachNear(IpPrefix range, Consumer<String> action) {
        byEndpoint.forEachNear(range, action);
    }

    /** Those that ask for the node's zone. */
    List<String> askingFor(String node) {
        return byNode.of(node);
    }

    /** Those to which not everybody may come; nobody else asks under which addresses the node is seen. */
    Set<String> withSourceRanges() {
        return ranged;
    }

    /** Those with addresses that users have chosen, which may be some node's. */
    Set<String> withExternalAddresses() {
        return external;
    }

    List<String> all() {
        return List.copyOf(services.keySet());
    }

    /** Compiles a service anew, or forgets it if there is none any more. */
    void compile(String key, ServiceCompiler compiler) {
        CompiledService before = compiled.remove(key);
        if (before != null) {
            owners.withdraw(key, before.result());
            before.blocks().forEach(block -> byEndpoint.remove(block, key));
            before.nodes().forEach(node -> byNode.remove(node, key));
            checks.remove(key);
        }
        Service service = services.get(key);
        CompiledService now = service == null ? null : compiler.compile(service);
        if (service != null && now != null) {
            compiled.put(key, now);
            owners.claim(key, now.result());
            now.blocks().forEach(block -> byEndpoint.add(block, key));
            now.nodes().forEach(node -> byNode.add(node, key));
            addCheck(key, service, now);
        }
    }

    private void addCheck(String key, Service service, CompiledService compiled) {
        Integer port = service.spec().healthCheckNodePort();
        if (port != null) {
            ObjectMeta metadata = service.metadata();
            String namespace = EndpointSelector.namespaceOf(metadata);
            checks.put(key, new HealthCheck(namespace, metadata.name(), port, compiled.localEndpoints()));
        }
    }

    /** The table with what has been compiled since this was last asked. */
    ServiceTable changed(ServiceTable table, PodInstances pods) {
        return owners.changed(table, pods);
    }

    /** What load balancers may ask, by the services' names. */
    List<HealthCheck> healthChecks() {
        return List.copyOf(checks.values());
    }
}
