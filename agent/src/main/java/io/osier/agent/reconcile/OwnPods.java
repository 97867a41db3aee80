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
        for (Change<Pod> each : change.pods()) {
            Pod before = each.before();
            if (before != null && isOwn(before)) {
                pods.remove(EndpointSources.keyOf(before.metadata()));
            }
            Pod after = each.after();
            if (after != null && isOwn(after)) {
                pods.put(EndpointSources.keyOf(after.metadata()), after);
            }
        }
        return List.copyOf(pods.values());
    }

    private boolean isOwn(Pod pod) {
        return nodeName.equals(pod.spec().nodeName());
    }
}
