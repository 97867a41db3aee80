package io.osier.agent.capture;

import io.osier.dataplane.packet.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Gathers what a capture file calls addresses: pods, services and nodes by their names. */
public final class CaptureNames {
    private static final String DEFAULT_NAMESPACE = "default";

    private final Map<IpAddress, List<String>> names = new LinkedHashMap<>();

    /** Adds the pods of a Kubernetes list. */
    public CaptureNames addPods(JsonNode list) {
        for (JsonNode pod : list.path("items")) {
            add(pod.path("status").path("podIP"), nameOf(pod));
            for (JsonNode address : pod.path("status").path("podIPs")) {
                add(address.path("ip"), nameOf(pod));
            }
        }
        return this;
    }

    /** Adds the services of a Kubernetes list. */
    public CaptureNames addServices(JsonNode list) {
        for (JsonNode service : list.path("items")) {
            for (JsonNode address : service.path("spec").path("clusterIPs")) {
                add(address, nameOf(service));
            }
        }
        return this;
    }

    /** Adds the underlay addresses of the nodes of a Kubernetes list. */
    public CaptureNames addNodes(JsonNode list) {
        for (JsonNode node : list.path("items")) {
            String name = node.path("metadata").path("name").asString("");
            for (JsonNode address : node.path("status").path("addresses")) {
                add(address.path("address"), name);
            }
        }
        return this;
    }

    /** All names by address. */
    public Map<IpAddress, List<String>> byAddress() {
        return names;
    }

    /** {@code web-1}, or {@code web-1.shop} outside the default namespace. */
    private static String nameOf(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        String namespace = metadata.path("namespace").asString(DEFAULT_NAMESPACE);
        String name = metadata.path("name").asString("");
        return namespace.equals(DEFAULT_NAMESPACE) ? name : name + "." + namespace;
    }

    private void add(JsonNode address, String name) {
        String text = address.asString("");
        if (name.isEmpty() || text.isEmpty()) {
            return;
        }
        try {
            List<String> present = names.computeIfAbsent(IpAddress.parse(text), none -> new ArrayList<>());
            if (!present.contains(name)) {
                present.add(name);
            }
        } catch (IllegalArgumentException e) {
            // A service without an address says "None" in its place.
        }
    }
}
