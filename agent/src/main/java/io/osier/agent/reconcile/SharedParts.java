package io.osier.agent.reconcile;

import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodSpec;
import io.osier.agent.model.PodStatus;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Equal parts of pods, kept once: the pods of a cluster are many copies of few templates, and every node has them all. What no
 * pod has any more is forgotten. Owned by one thread at a time.
 */
final class SharedParts {
    private final Map<Object, WeakReference<Object>> parts = new WeakHashMap<>();

    /** An equal pod made of parts that other pods have, too, as far as there are some. */
    Pod sharing(Pod pod) {
        ObjectMeta metadata = pod.metadata();
        PodSpec spec = pod.spec();
        PodStatus status = pod.status();
        return Pod.of(
                new ObjectMeta(
                        metadata.name(),
                        optional(metadata.namespace()),
                        one(metadata.labels()),
                        one(metadata.annotations()),
                        metadata.uid(),
                        optional(metadata.creationTimestamp()),
                        metadata.deletionTimestamp()),
                new PodSpec(optional(spec.nodeName()), spec.podIP(), one(spec.containers()), one(spec.restartPolicy())),
                new PodStatus(
                        one(status.phase()),
                        status.podIP(),
                        addresses(status),
                        status.ready(),
                        status.restartCount(),
                        optional(status.reason()),
                        optional(status.message()),
                        one(status.containerStatuses())));
    }

    /** The first address is the one that the status says besides. */
    private static List<PodStatus.PodIP> addresses(PodStatus status) {
        String primary = status.podIP();
        return status.podIPs().stream()
                .map(each -> primary != null && each.ip().equals(primary) ? new PodStatus.PodIP(primary) : each)
                .toList();
    }

    private <T> @Nullable T optional(@Nullable T part) {
        return part == null ? null : one(part);
    }

    @SuppressWarnings("unchecked") // what is equal to a part is of its class
    private <T> T one(T part) {
        WeakReference<Object> known = parts.get(part);
        Object present = known == null ? null : known.get();
        if (present != null) {
            return (T) present;
        }
        parts.put(part, new WeakReference<>(part));
        return part;
    }
}
