package io.osier.agent.reconcile;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Endpoints;
import io.osier.agent.model.Manifests;
import io.osier.agent.model.NetworkPolicy;
import io.osier.agent.model.Node;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A small cluster in which anything may happen to anything, and what the agents' cache would say of it. */
final class ChangingCluster {
    private final Random random;
    private final RandomManifests manifests;
    private final CachedCluster cluster = new CachedCluster();

    ChangingCluster(Random random) {
        this.random = random;
        this.manifests = new RandomManifests(random);
    }

    /** What is there now, told without what was there before. */
    ClusterState state() {
        return cluster.state();
    }

    ClusterChange takeChanges() {
        return cluster.takeChanges();
    }

    /** As after a round that failed. */
    void beginAgain() {
        cluster.beginAgain();
    }

    /** As after a time without the store: it tells other objects that say the same, and some are gone and there again. */
    void tellAgain() {
        for (Pod pod : List.copyOf(cluster.pods.all())) {
            String key = keyOf(pod.metadata());
            if (random.nextBoolean()) {
                cluster.pods.put(key, null);
            }
            cluster.pods.put(key, Pod.of(pod.metadata(), pod.spec(), pod.status()));
        }
        for (Service service : List.copyOf(cluster.services.all())) {
            cluster.services.put(keyOf(service.metadata()), Service.of(service.metadata(), service.spec()));
        }
    }

    void change() {
        boolean gone = random.nextInt(4) == 0;
        switch (random.nextInt(11)) {
            case 0 -> put(cluster.nodes, Node.class, manifests.node(), gone);
            case 8 -> moveNode();
            case 9, 10 -> put(cluster.policies, NetworkPolicy.class, manifests.policy(), gone);
            case 1, 2, 3 -> put(cluster.pods, Pod.class, manifests.pod(), gone);
            case 4, 5 -> put(cluster.services, Service.class, manifests.service(), gone);
            case 6 -> put(cluster.endpoints, Endpoints.class, manifests.endpoints(), gone);
            default -> put(cluster.slices, EndpointSlice.class, manifests.slice(), gone);
        }
    }

    /** One node is in another zone, and nothing else. */
    private void moveNode() {
        List<Node> all = List.copyOf(cluster.nodes.all());
        if (!all.isEmpty()) {
            Node node = all.get(random.nextInt(all.size()));
            Map<String, String> labels = Map.of(Node.ZONE, manifests.zone());
            cluster.nodes.put(
                    keyOf(node.metadata()), Node.of(node.metadata().withLabels(labels), node.spec(), node.status()));
        }
    }

    private static <T> void put(CachedObjects<T> objects, Class<T> type, String manifest, boolean gone) {
        Manifests.read(manifest).forEach(each -> {
            T object = type.cast(each.bind());
            objects.put(keyOf(metadataOf(object)), gone ? null : object);
        });
    }

    private static ObjectMeta metadataOf(Object object) {
        return object instanceof Node node
                ? node.metadata()
                : object instanceof Pod pod
                        ? pod.metadata()
                        : object instanceof Service service
                                ? service.metadata()
                                : object instanceof Endpoints endpoints
                                        ? endpoints.metadata()
                                        : object instanceof NetworkPolicy policy
                                                ? policy.metadata()
                                                : ((EndpointSlice) object).metadata();
    }

    private static String keyOf(ObjectMeta metadata) {
        @Nullable String namespace = metadata.namespace();
        return namespace == null ? metadata.name() : namespace + "/" + metadata.name();
    }
}
