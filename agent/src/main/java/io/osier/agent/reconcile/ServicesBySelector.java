package io.osier.agent.reconcile;

import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Services by one label each of those that they select by, so that a pod's change asks few of them: by the one that the fewest
 * others have been put under. Owned by one thread.
 */
final class ServicesBySelector {
    private final Grouped<PodsByLabel.Label, Service> wanting = new Grouped<>(
            new HashMap<>(), Comparator.comparing(service -> service.metadata().name()));
    private final Map<String, PodsByLabel.Label> labels = new HashMap<>(); // by service

    void take(Change<Service> change) {
        change.replace(this::remove, this::add);
    }

    private void remove(Service service) {
        PodsByLabel.Label label = labels.remove(EndpointSources.keyOf(service.metadata()));
        if (label != null) {
            wanting.remove(label, service);
        }
    }

    private void add(Service service) {
        String namespace = EndpointSelector.namespaceOf(service.metadata());
        PodsByLabel.Label rarest = null;
        for (Map.Entry<String, String> entry : service.spec().selector().entrySet()) {
            PodsByLabel.Label label = PodsByLabel.Label.of(namespace, entry);
            if (rarest == null || wanting.of(label).size() < wanting.of(rarest).size()) {
                rarest = label;
            }
        }
        if (rarest != null) {
            wanting.add(rarest, service);
            labels.put(EndpointSources.keyOf(service.metadata()), rarest);
        }
    }

    /** All services that select this pod. */
    void forEachOf(Pod pod, Consumer<Service> action) {
        String namespace = EndpointSelector.namespaceOf(pod.metadata());
        for (Map.Entry<String, String> label : pod.metadata().labels().entrySet()) {
            for (Service service : wanting.of(PodsByLabel.Label.of(namespace, label))) {
                if (EndpointSelector.selects(service, pod)) {
                    action.accept(service);
                }
            }
        }
    }
}
