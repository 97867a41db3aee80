package io.osier.agent.api.server;

import io.osier.agent.ipam.AddressClaims;
import io.osier.agent.model.ContainerStatuses;
import io.osier.agent.model.Json;
import io.osier.agent.model.Lease;
import io.osier.agent.model.Node;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodSpec;
import io.osier.agent.model.PodStatus;
import io.osier.agent.reconcile.LocalDeletions;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Pods: assigned to a node here, made by that node's agent. */
final class PodResource implements Resource {
    private static final String PODS = "pods";

    private final ObjectStore objects;
    private final AddressClaims claims;
    private final ClusterDirectory directory;
    private final LocalDeletions deletions;
    private final IpPrefix podRange;

    PodResource(
            ObjectStore objects,
            AddressClaims claims,
            ClusterDirectory directory,
            LocalDeletions deletions,
            IpPrefix podRange) {
        this.deletions = deletions;
        this.objects = objects;
        this.claims = claims;
        this.directory = directory;
        this.podRange = podRange;
    }

    @Override
    public List<Pod> list() {
        return objects.list(Keys.PODS, Pod.class).stream()
                .map(deletions::seen)
                .map(ContainerStatuses::shown)
                .toList();
    }

    @Override
    public Pod get(String namespace, String name) {
        return objects.get(Keys.pod(namespace, name), Pod.class)
                // Deleted for whoever waits for it: the store cannot say so before it is back.
                .filter(pod -> !deletions.areDue() || !deletions.contains(pod))
                .map(deletions::seen)
                .map(ContainerStatuses::shown)
                .orElseThrow(() -> ApiError.notFound(PODS, name));
    }

    @Override
    public Pod create(JsonNode object) {
        Pod asked = Json.convert(object, Pod.class);
        String name = asked.metadata().name();
        String key = Keys.pod(ObjectRoutes.namespaceOf(asked.metadata()), name);
        if (objects.get(key, Pod.class).isPresent()) {
            throw ApiError.alreadyExists(PODS, name);
        }
        PodSpec spec = asked.spec();
        String node = spec.nodeName() == null ? leastLoadedNode() : checkNode(spec.nodeName());
        Pod pod = Pod.of(
                asked.metadata().created(UUID.randomUUID().toString(), Instant.now()),
                new PodSpec(node, spec.podIP(), spec.containers(), spec.restartPolicy()),
                PodStatus.PENDING);
        IpAddress address = spec.podIP() == null ? null : checkAddress(spec.podIP());
        if (!objects.create(key, pod)) {
            throw ApiError.alreadyExists(PODS, name);
        }
        if (address != null && !claims.claim(address, key)) {
            throw ApiError.invalid("spec.podIP: Invalid value: \"" + address + "\": taken by "
                    + claims.ownerOf(address).orElse("somebody else"));
        }
        return pod;
    }

    @Override
    public Applied apply(JsonNode object) {
        Pod asked = Json.convert(object, Pod.class);
        String namespace = ObjectRoutes.namespaceOf(asked.metadata());
        String key = Keys.pod(namespace, asked.metadata().name());
        if (objects.get(key, Pod.class).isEmpty()) {
            return new Applied("created", create(object));
        }
        Pod before = get(namespace, asked.metadata().name());
        checkUnchanged(asked.spec(), before.spec());
        Pod after = objects.update(
                        key,
                        Pod.class,
                        present -> Pod.of(
                                new ObjectMeta(
                                        present.metadata().name(),
                                        present.metadata().namespace(),
                                        asked.metadata().labels(),
                                        asked.metadata().annotations(),
                                        present.metadata().uid(),
                                        present.metadata().creationTimestamp(),
                                        present.metadata().deletionTimestamp()),
                                present.spec(),
                                present.status()))
                .orElseThrow(() -> ApiError.notFound(PODS, asked.metadata().name()));
        boolean same = after.metadata().equals(before.metadata());
        return new Applied(same ? "unchanged" : "configured", after);
    }

    @Override
    public void delete(String namespace, String name) {
        Pod pod = get(namespace, name);
        String key = Keys.pod(namespace, name);
        String node = pod.spec().nodeName();
        if (deletions.areDue()) {
            deleteWithoutStore(pod, namespace);
            return;
        }
        if (node != null && directory.isReady(node)) {
            objects.update(
                    key,
                    Pod.class,
                    present -> present.metadata().deletionTimestamp() != null
                            ? null
                            : Pod.of(present.metadata().deletedAt(Instant.now()), present.spec(), present.status()));
            return;
        }
        // Nobody is there to take it down; its node does so when it is back and does not find the object.
        objects.delete(key);
        Stream.of(pod.status().podIP(), pod.spec().podIP())
                .filter(Objects::nonNull)
                .forEach(address -> claims.release(IpAddress.parse(address), key));
    }

    /** While the store is away the pod's own node deletes it, and tells the store later. */
    private void deleteWithoutStore(Pod pod, String namespace) {
        String node = String.valueOf(pod.spec().nodeName());
        if (!node.equals(directory.self())) {
            directory.delete(node, "/api/v1/pods/" + pod.metadata().name() + "?namespace=" + namespace);
        }
        deletions.add(pod);
    }

    /** A pod's command and place are for life, as most of a pod's fields are in Kubernetes. */
    private static void checkUnchanged(PodSpec asked, PodSpec present) {
        boolean sameNode = asked.nodeName() == null || asked.nodeName().equals(present.nodeName());
        boolean sameAddress = asked.podIP() == null || asked.podIP().equals(present.podIP());
        boolean sameCommands = asked.containers().equals(present.containers())
                && asked.restartPolicy().equals(present.restartPolicy());
        if (!sameNode || !sameAddress || !sameCommands) {
            throw ApiError.invalid(
                    "spec: Forbidden: a pod's spec cannot be changed: delete the pod and create it anew");
        }
    }

    private String checkNode(String name) {
        Node node = objects.get(Keys.node(name), Node.class).orElseThrow(() -> ApiError.notFound("nodes", name));
        if (node.spec().foreign()) {
            throw ApiError.invalid(
                    "spec.nodeName: Invalid value: \"" + name + "\": a foreign node runs no pods of ours");
        }
        if (!directory.isReady(node)) {
            throw new ApiError(503, "ServiceUnavailable", "node " + name + " is not ready: start its agent");
        }
        return name;
    }

    private IpAddress checkAddress(String text) {
        IpAddress address = IpAddress.parse(text);
        if (!podRange.contains(address)) {
            throw ApiError.invalid("spec.podIP: Invalid value: \"" + text + "\": not in the pod range " + podRange);
        }
        for (Lease lease : objects.list(Keys.LEASES, Lease.class)) {
            IpPrefix subnet = IpPrefix.parse(lease.subnet());
            int offset = address.v4Bits() - subnet.address().v4Bits();
            int last = (int) ((1L << (32 - subnet.lengthBits())) - 1);
            if (subnet.contains(address) && (offset == 0 || offset == 1 || offset == last)) {
                throw ApiError.invalid("spec.podIP: Invalid value: \"" + text + "\": reserved in subnet " + subnet
                        + " of node " + lease.node());
            }
        }
        return address;
    }

    private String leastLoadedNode() {
        Map<String, Integer> pods = new HashMap<>();
        list().forEach(pod -> pods.merge(Objects.requireNonNullElse(pod.spec().nodeName(), ""), 1, Integer::sum));
        return directory.nodes().stream()
                .filter(node -> !node.spec().foreign()
                        && Boolean.TRUE.equals(node.status().ready()))
                .map(node -> node.metadata().name())
                .min(Comparator.comparing((String name) -> pods.getOrDefault(name, 0))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow(() -> new ApiError(503, "ServiceUnavailable", "no node is ready to take the pod"));
    }
}
