package io.osier.agent.bootstrap;

import io.osier.agent.api.server.ClusterDirectory;
import io.osier.agent.model.Node;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.ValidationException;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The node's own object in the store, by which the others know it. */
final class NodeEntry {
    private NodeEntry() {}

    /**
     * Enters the node, or brings its entry up to date.
     *
     * @param zone which it is in by its configuration; null leaves its label as it is
     * @throws ValidationException in one line, if there is one of this name whose agent answers somewhere else
     */
    static void write(
            ObjectStore objects, NodePlace place, String socket, InetSocketAddress apiAddress, @Nullable String zone) {
        NodeSettings settings = place.settings();
        String key = Keys.node(settings.nodeName());
        Node.Spec spec = new Node.Spec(null, settings.subnets(), false);
        Node.Status status = new Node.Status(
                List.of(new Node.Address("InternalIP", place.underlay().toString())),
                socket,
                settings.gateway() + ":" + apiAddress.getPort(),
                MachineIdentity.bootId(),
                Version.current(),
                settings.remoteChecksum() ? List.of(Node.Status.REMOTE_CHECKSUM) : List.of(),
                UnderlayAddress.podMtuBytes(place.underlay()), // as it is now: the node may be entered again late
                null);
        Node present = objects.get(key, Node.class).orElse(null);
        if (present != null) {
            String answering = present.status().apiSocket();
            if (present.spec().foreign() || (!socket.equals(answering) && ClusterDirectory.answers(answering))) {
                throw new ValidationException(
                        "node " + settings.nodeName() + " exists already: set another nodeName in the configuration");
            }
        }
        ObjectMeta metadata = present == null
                ? ObjectMeta.named(settings.nodeName())
                        .created(UUID.randomUUID().toString(), Instant.now())
                : present.metadata();
        objects.put(key, Node.of(zone == null ? metadata : in(zone, metadata), spec, status));
    }

    private static ObjectMeta in(String zone, ObjectMeta metadata) {
        Map<String, String> labels = new TreeMap<>(metadata.labels());
        labels.put(Node.ZONE, zone);
        return metadata.withLabels(labels);
    }
}
