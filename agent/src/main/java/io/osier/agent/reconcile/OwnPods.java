package io.osier.agent.reconcile;

import io.osier.agent.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The pods that are assigned to this node. Owned by one thread. */
public final class OwnPods {
    private final String nodeName;
    private final Map<String, Pod> pods = new TreeMap<>();

    public OwnPods(String nodeName) {
        this.nodeName = nodeName;
    }

    /** Those of the state that a change has made of the one before, in the order of their names. */
    public List<Pod> take(ClusterChange change) {
        if (change.begins()) {
            pods.clear();
        }
        change.pods()
                .forEach(each ->
                        each.replace(before -> pods.remove(EndpointSources.keyOf(before.metadata())), this::add));
        return List.copyOf(pods.values());
    }

    private void add(Pod pod) {
        if (nodeName.equals(pod.spec().nodeName())) {
            pods.put(EndpointSources.keyOf(pod.metadata()), pod);
        }
    }
}
