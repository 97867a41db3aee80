package io.osier.agent.reconcile;

import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pods by each of their labels, so that a service looks at those only that have its rarest one. */
final class PodsByLabel {
    private final List<Pod> all;
    private final Map<Label, List<Pod>> having = new HashMap<>();

    private record Label(String namespace, String name, String value) {}

    PodsByLabel(List<Pod> all) {
        this.all = all;
        for (Pod pod : all) {
            String namespace = EndpointSelector.namespaceOf(pod.metadata());
            pod.metadata()
                    .labels()
                    .forEach((name, value) -> having.computeIfAbsent(
                                    new Label(namespace, name, value), label -> new ArrayList<>(1))
                            .add(pod));
        }
    }

    /** Those of these pods; the same object if there are no others in this. */
    PodsByLabel of(List<Pod> pods) {
        return ServiceCompiler.isSame(all, pods) ? this : new PodsByLabel(pods);
    }

    /** All pods that the service's selector can pick, and maybe others; in the order of their keys. */
    List<Pod> candidates(Service service) {
        String namespace = EndpointSelector.namespaceOf(service.metadata());
        List<Pod> fewest = null;
        for (Map.Entry<String, String> label : service.spec().selector().entrySet()) {
            List<Pod> pods = having.getOrDefault(new Label(namespace, label.getKey(), label.getValue()), List.of());
            fewest = fewest == null || pods.size() < fewest.size() ? pods : fewest;
        }
        return fewest == null ? List.of() : fewest;
    }
}
