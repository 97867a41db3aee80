package io.osier.agent.reconcile;

import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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
        change.replace(
                before -> labelsOf(before).forEach(label -> having.remove(label, before)),
                after -> labelsOf(after).forEach(label -> having.add(label, after)));
    }

    private static Stream<Label> labelsOf(Pod pod) {
        String namespace = EndpointSelector.namespaceOf(pod.metadata());
        return pod.metadata().labels().entrySet().stream().map(label -> Label.of(namespace, label));
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
