package io.osier.agent.api.server;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Endpoints;
import io.osier.agent.model.Json;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import io.osier.agent.model.ServicePort;
import io.osier.agent.reconcile.ClusterState;
import io.osier.agent.reconcile.EndpointSelector;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** Endpoints: of services with a selector they follow from the pods; of others they are given by hand, here or in slices. */
final class EndpointsResource implements Resource {
    private static final String ENDPOINTS = "endpoints";

    private final ObjectStore objects;

    EndpointsResource(ObjectStore objects) {
        this.objects = objects;
    }

    @Override
    public List<Endpoints> list() {
        ClusterState cluster = new ClusterState(
                List.of(),
                objects.list(Keys.PODS, Pod.class),
                objects.list(Keys.SERVICES, Service.class),
                objects.list(Keys.ENDPOINTS, Endpoints.class),
                objects.list(Keys.ENDPOINT_SLICES, EndpointSlice.class),
                List.of());
        EndpointSelector selector = new EndpointSelector(cluster);
        Map<String, Endpoints> all = new TreeMap<>();
        cluster.endpoints().forEach(endpoints -> all.put(keyOf(endpoints), endpoints));
        for (Service service : cluster.services()) {
            if (!service.spec().selector().isEmpty() || selector.isSliced(service)) {
                Endpoints computed = computed(service, selector);
                all.put(keyOf(computed), computed);
            }
        }
        return List.copyOf(all.values());
    }

    private static Endpoints computed(Service service, EndpointSelector selector) {
        ObjectMeta metadata = service.metadata();
        return Endpoints.of(
                new ObjectMeta(
                        metadata.name(),
                        metadata.namespace(),
                        metadata.labels(),
                        metadata.annotations(),
                        null,
                        metadata.creationTimestamp(),
                        null),
                subsets(service, selector));
    }

    /** As Kubernetes packs them: ports that the same addresses have are one subset. */
    private static List<Endpoints.Subset> subsets(Service service, EndpointSelector selector) {
        Map<Endpoints.Port, SortedSet<String>> addresses = new LinkedHashMap<>();
        for (ServicePort port : service.spec().ports()) {
            for (EndpointSelector.Endpoint endpoint : selector.endpointsOf(service, port)) {
                addresses
                        .computeIfAbsent(
                                new Endpoints.Port(port.name(), endpoint.port(), port.protocol()),
                                one -> new TreeSet<>())
                        .add(endpoint.address().toString());
            }
        }
        Map<SortedSet<String>, List<Endpoints.Port>> ports = new LinkedHashMap<>();
        addresses.forEach((port, those) ->
                ports.computeIfAbsent(those, one -> new ArrayList<>()).add(port));
        List<Endpoints.Subset> subsets = new ArrayList<>();
        ports.forEach((those, shared) -> subsets.add(new Endpoints.Subset(
                those.stream().map(ip -> new Endpoints.Address(ip, null)).toList(), shared)));
        return subsets;
    }

    @Override
    public Endpoints get(String namespace, String name) {
        return list().stream()
                .filter(endpoints -> endpoints.metadata().name().equals(name)
                        && ObjectRoutes.namespaceOf(endpoints.metadata()).equals(namespace))
                .findFirst()
                .orElseThrow(() -> ApiError.notFound(ENDPOINTS, name));
    }

    @Override
    public Endpoints create(JsonNode object) {
        Endpoints endpoints = stamped(Json.convert(object, Endpoints.class));
        if (!objects.create(keyOf(endpoints), endpoints)) {
            throw ApiError.alreadyExists(ENDPOINTS, endpoints.metadata().name());
        }
        return endpoints;
    }

    @Override
    public Applied apply(JsonNode object) {
        Endpoints asked = Json.convert(object, Endpoints.class);
        Endpoints before = objects.get(keyOf(asked), Endpoints.class).orElse(null);
        if (before == null) {
            return new Applied("created", create(object));
        }
        boolean same = before.subsets().equals(asked.subsets())
                && before.metadata().labels().equals(asked.metadata().labels());
        if (same) {
            return new Applied("unchanged", before);
        }
        Endpoints changed = stamped(asked);
        objects.put(keyOf(asked), changed);
        return new Applied("configured", changed);
    }

    @Override
    public void delete(String namespace, String name) {
        if (!objects.delete(Keys.endpoints(namespace, name))) {
            get(namespace, name);
            throw ApiError.conflict("endpoints \"" + name + "\" follow from a service's selector or from its slices");
        }
    }

    private static Endpoints stamped(Endpoints endpoints) {
        return Endpoints.of(
                endpoints.metadata().created(UUID.randomUUID().toString(), Instant.now()), endpoints.subsets());
    }

    private static String keyOf(Endpoints endpoints) {
        return Keys.endpoints(
                ObjectRoutes.namespaceOf(endpoints.metadata()),
                endpoints.metadata().name());
    }
}
