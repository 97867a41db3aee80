package io.osier.agent.reconcile;

import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pods by each of their labels, so that a service looks at those only that have its rarest one. Owned by one thread. */
final class PodsByLabel {
    private final Grouped<Label, Pod> having = new Grouped<>(
            new HashMap<>(), Comparator.comparing(pod -> pod.metadata().name()));

    /** A label of the objects of one namespace. */
    record Label(String namespace, String name, String value) {
        static Label of(String namespace, Map.Entry<String, String> label) {
            return new Label(namespace, label.getKey(), label.getValue());
        }
    }

    void take(Change<Pod> change) {
        Pod before = change.before();
        if (before != null) {
            String namespace = EndpointSelector.namespaceOf(before.metadata());
            before.metadata().labels().entrySet().forEach(label -> having.remove(Label.of(namespace, label), before));
        }
        Pod after = change.after();
        if (after != null) {
            String namespace = EndpointSelector.namespaceOf(after.metadata());
            after.metadata().labels().entrySet().forEach(label -> having.add(Label.of(namespace, label), after));
        }
    }

    /** All pods that the service's selector can pick, and maybe others; in the order of their keys. */
    List<Pod> candidates(Service service) {
        String namespace = EndpointSelector.namespaceOf(service.metadata());
        List<Pod> fewest = null;
        for (Map.Entry<String, String> label : service.spec().selector().entrySet()) {
            List<Pod> pods = having.of(Label.of(namespace, label));
            fewest = fewest == null || pods.size() < fewest.size() ? pods : fewest;
        }
        return fewest == null ? List.of() : fewest;
    }
}
