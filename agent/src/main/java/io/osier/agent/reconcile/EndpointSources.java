package io.osier.agent.reconcile;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Endpoints;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whatever may stand behind services: pods, and endpoints and slices that were given by hand. Owned by one thread. */
final class EndpointSources {
    private final PodsByLabel pods = new PodsByLabel();
    private final Map<String, Endpoints> byHand = new HashMap<>();
    private final Grouped<String, EndpointSlice> slices = new Grouped<>(
            new HashMap<>(), Comparator.comparing(slice -> slice.metadata().name()));

    void take(ClusterChange change) {
        change.pods().forEach(pods::take);
        change.endpoints()
                .forEach(each -> each.replace(
                        before -> byHand.remove(keyOf(before.metadata())),
                        after -> byHand.put(keyOf(after.metadata()), after)));
        change.slices().forEach(each -> each.replace(this::remove, this::add));
    }

    private void remove(EndpointSlice slice) {
        if (slice.serviceName() != null) {
            slices.remove(serviceOf(slice), slice);
        }
    }

    private void add(EndpointSlice slice) {
        if (slice.serviceName() != null) {
            slices.add(serviceOf(slice), slice);
        }
    }

    /** All pods that the service's selector can pick, and maybe others; in the order of their keys. */
    List<Pod> candidates(Service service) {
        return pods.candidates(service);
    }

    /** The endpoints given for the service by hand, or null. */
    @Nullable
    Endpoints byHand(Service service) {
        return byHand.get(keyOf(service.metadata()));
    }

    /** The slices given for the service, in the order of their names. */
    List<EndpointSlice> slicesOf(Service service) {
        return slices.of(keyOf(service.metadata()));
    }

    /** Namespace and name: services are known by it, and so are the endpoints that are given for them. */
    static String keyOf(ObjectMeta metadata) {
        return EndpointSelector.namespaceOf(metadata) + "/" + metadata.name();
    }

    /** The key of the service that a slice is for; nobody's if it says none. */
    static String serviceOf(EndpointSlice slice) {
        return EndpointSelector.namespaceOf(slice.metadata()) + "/" + slice.serviceName();
    }
}
