package io.osier.agent.model;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What every object has.
 *
 * @param namespace {@code default} if left out; nodes have none
 * @param deletionTimestamp since when the object is to go away; null while it is wanted
 */
public record ObjectMeta(
        String name,
        @Nullable String namespace,
        Map<String, String> labels,
        Map<String, String> annotations,
        @Nullable String uid,
        @Nullable Instant creationTimestamp,
        @Nullable Instant deletionTimestamp) {
    public static final String DEFAULT_NAMESPACE = "default";

    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public ObjectMeta {
        Names.checkLabel("metadata.name", name);
        if (namespace != null) {
            Names.checkLabel("metadata.namespace", namespace);
        }
        labels = labels == null ? Map.of() : SortedTexts.of(labels);
        annotations = annotations == null ? Map.of() : SortedTexts.of(annotations);
        Names.checkLabels("metadata.labels", labels);
    }

    public static ObjectMeta named(String name) {
        return new ObjectMeta(name, null, Map.of(), Map.of(), null, null, null);
    }

    public ObjectMeta withNamespace(@Nullable String other) {
        return new ObjectMeta(name, other, labels, annotations, uid, creationTimestamp, deletionTimestamp);
    }

    public ObjectMeta withLabels(Map<String, String> other) {
        return new ObjectMeta(name, namespace, other, annotations, uid, creationTimestamp, deletionTimestamp);
    }

    /** The same object with the labels and annotations of another. */
    public ObjectMeta describedAs(ObjectMeta other) {
        return new ObjectMeta(
                name, namespace, other.labels, other.annotations, uid, creationTimestamp, deletionTimestamp);
    }

    /** The same object as a new one; moments are whole seconds, as Kubernetes has them. */
    public ObjectMeta created(String withUid, Instant at) {
        Instant second = at.truncatedTo(ChronoUnit.SECONDS);
        return new ObjectMeta(name, namespace, labels, annotations, withUid, second, deletionTimestamp);
    }

    public ObjectMeta deletedAt(Instant at) {
        Instant second = at.truncatedTo(ChronoUnit.SECONDS);
        return new ObjectMeta(name, namespace, labels, annotations, uid, creationTimestamp, second);
    }
}
