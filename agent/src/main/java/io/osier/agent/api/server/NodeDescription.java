package io.osier.agent.api.server;

import io.osier.agent.model.Json;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.io.TapOffload;
import io.osier.dataplane.packet.IpAddress;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an agent says of its node that does not change while it runs.
 *
 * @param underlay the node's address among the nodes
 * @param podMtuBytes the longest IP packet of a pod
 * @param offloads what the kernel lets the pods' TAPs do
 * @param tapCalls how the worker reads and writes them
 * @param store where the cluster's state is, for people
 */
public record NodeDescription(
        NodeSettings settings,
        int vni,
        IpAddress underlay,
        int podMtuBytes,
        Set<TapOffload> offloads,
        String tapCalls,
        String store) {

    /** The part of {@code status} that it makes. */
    ObjectNode json() {
        ObjectNode json = Json.object()
                .put("version", version())
                .put("node", settings.nodeName())
                .put("underlay", underlay.toString())
                .put("encapsulation", "vxlan")
                .put("vni", vni)
                .put("podMtuBytes", podMtuBytes)
                .put("podRange", settings.podRange().toString())
                .put("serviceRange", settings.serviceRange().toString())
                .put("subnet", settings.subnet().toString())
                .put("gateway", settings.gateway().toString())
                .put("store", store);
        Ipv6Ranges ipv6 = settings.ipv6();
        if (ipv6 != null) {
            json.put("podRange6", ipv6.pods().of(settings.podRange()).toString())
                    .put("serviceRange6", ipv6.services().toString())
                    .put("subnet6", ipv6.pods().of(settings.subnet()).toString());
        }
        json.put("tapCalls", tapCalls);
        ArrayNode names = json.putArray("offloads");
        offloads.stream().sorted().forEach(offload -> names.add(offload.name().toLowerCase(Locale.ROOT)));
        return json;
    }

    private static String version() {
        String version = NodeDescription.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
