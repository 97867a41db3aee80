package io.osier.agent.api.server;

import io.osier.agent.ipam.AddressClaims;
import io.osier.agent.ipam.SubnetLeases;
import io.osier.agent.model.Json;
import io.osier.agent.model.Lease;
import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.agent.model.ValidationException;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Nodes: agents enter themselves; foreign ones are entered by hand. */
final class NodeResource implements Resource {
    private static final String NODES = "nodes";

    private final ObjectStore objects;
    private final SubnetLeases leases;
    private final AddressClaims claims;
    private final ClusterDirectory directory;
    private final ForeignNodeCheck foreignNodes;

    NodeResource(
            ObjectStore objects,
            SubnetLeases leases,
            AddressClaims claims,
            ClusterDirectory directory,
            ForeignNodeCheck foreignNodes) {
        this.objects = objects;
        this.leases = leases;
        this.claims = claims;
        this.directory = directory;
        this.foreignNodes = foreignNodes;
    }

    @Override
    public List<JsonNode> list() {
        return directory.nodes().stream().map(this::withConditions).toList();
    }

    @Override
    public JsonNode get(String namespace, String name) {
        return withConditions(directory.withReady(find(name)));
    }

    private Node find(String name) {
        return objects.get(Keys.node(name), Node.class).orElseThrow(() -> ApiError.notFound(NODES, name));
    }

    /** As Kubernetes says it: {@code status.conditions} has whether a node is ready, and why not. */
    private JsonNode withConditions(Node node) {
        String why = directory.whyNotReady(node);
        if (Json.tree(node) instanceof ObjectNode tree) {
            ObjectNode condition = ((ObjectNode) tree.path("status"))
                    .putArray("conditions")
                    .addObject()
                    .put("type", "Ready")
                    .put("status", why.isEmpty() ? "True" : "False");
            if (!why.isEmpty()) {
                condition.put("reason", "AgentNotAnswering").put("message", why);
            } else if (!node.spec().foreign()) {
                condition.put("reason", "AgentAnswering");
            }
            return tree;
        }
        return Json.tree(node);
    }

    @Override
    public Node create(JsonNode object) {
        Node node = foreign(read(object));
        if (!objects.create(Keys.node(node.metadata().name()), node)) {
            throw ApiError.alreadyExists(NODES, node.metadata().name());
        }
        return node;
    }

    @Override
    public Applied apply(JsonNode object) {
        Node asked = read(object);
        String name = asked.metadata().name();
        Node before = objects.get(Keys.node(name), Node.class).orElse(null);
        if (before == null) {
            return new Applied("created", create(object));
        }
        if (!isThere(asked, before)) {
            throw ApiError.invalid("a node cannot move: delete node " + name + " and create it anew");
        }
        Node after = objects.update(
                        Keys.node(name),
                        Node.class,
                        node -> Node.of(node.metadata().describedAs(asked.metadata()), node.spec(), node.status()))
                .orElseThrow(() -> ApiError.notFound(NODES, name));
        return new Applied(after.equals(before) ? "unchanged" : "configured", after);
    }

    /** A manifest may leave out where the node is: of one that has an agent, only that knows. */
    private static boolean isThere(Node asked, Node present) {
        List<String> subnets = asked.spec().podCIDRs();
        return (subnets.isEmpty() || subnets.equals(present.spec().podCIDRs()))
                && (asked.status().addresses().isEmpty()
                        || present.underlayAddress().equals(asked.underlayAddress()));
    }

    @Override
    public void delete(String namespace, String name) {
        Node node = find(name);
        if (!node.spec().foreign() && directory.isAlive(node)) {
            throw ApiError.conflict("node " + name + " has a running agent: stop it first");
        }
        for (Pod pod : objects.list(Keys.PODS, Pod.class)) {
            if (name.equals(pod.spec().nodeName())) {
                objects.delete(Keys.pod(
                        ObjectRoutes.namespaceOf(pod.metadata()), pod.metadata().name()));
            }
        }
        objects.delete(Keys.node(name));
        objects.delete(Keys.presence(name));
        leases.release(name);
        claims.releaseOrphans(); // of the node's pods
    }

    private static Node read(JsonNode object) {
        for (JsonNode address : object.path("status").path("addresses")) {
            if (!address.path("type").isString() || !address.path("address").isString()) {
                throw new ValidationException("status.addresses[]: Required value: type and address");
            }
        }
        return Json.convert(object, Node.class);
    }

    private Node foreign(Node asked) {
        IpAddress address = IpAddress.parse(asked.underlayAddress());
        if (asked.spec().podCIDRs().isEmpty()) {
            throw new ValidationException("spec.podCIDRs: Required value");
        }
        foreignNodes.checkAddress(address);
        foreignNodes.checkRanges(
                asked.spec().podCIDRs().stream().map(IpPrefix::parse).toList());
        for (Node other : objects.list(Keys.NODES, Node.class)) {
            if (other.underlayAddress().equals(address.toString())
                    && !other.metadata().name().equals(asked.metadata().name())) {
                throw ApiError.conflict("node " + other.metadata().name() + " has the address " + address + " already");
            }
            checkOverlap(
                    asked, other.spec().podCIDRs(), "node " + other.metadata().name());
        }
        for (Lease lease : leases.list()) {
            checkOverlap(asked, List.of(lease.subnet()), "node " + lease.node());
        }
        Node.Status status = new Node.Status(
                List.of(new Node.Address("InternalIP", address.toString())),
                null,
                null,
                null,
                null,
                asked.status().features(),
                asked.status().podMtuBytes(),
                null);
        return Node.of(
                asked.metadata().withNamespace(null).created(UUID.randomUUID().toString(), Instant.now()),
                new Node.Spec(null, asked.spec().podCIDRs(), true),
                status);
    }

    private static void checkOverlap(Node asked, List<String> others, String owner) {
        for (String cidr : asked.spec().podCIDRs()) {
            for (String other : others) {
                boolean overlaps = IpPrefix.parse(cidr).overlaps(IpPrefix.parse(other));
                if (overlaps && !owner.equals("node " + asked.metadata().name())) {
                    throw ApiError.conflict("pod CIDR " + cidr + " overlaps " + other + " of " + owner);
                }
            }
        }
    }
}
