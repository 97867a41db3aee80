package io.osier.agent.cli;

import io.osier.agent.cli.GetCommand.Section;
import io.osier.agent.model.Json;
import io.osier.agent.model.Manifests;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Turns answers into what a terminal shows: tables in the manner of kubectl, netstat and bridge. */
final class Printer {
    private static final String NONE = "<none>";

    private Printer() {}

    /** What was found, of one kind or several. */
    static String sections(List<Section> sections, OutputFormat format, boolean namespaces, Instant now) {
        return switch (format) {
            case JSON -> Json.pretty(tree(sections)) + "\n";
            case YAML -> Manifests.write(tree(sections));
            case NAME ->
                sections.stream()
                        .map(section -> names(section.kind(), section.items()))
                        .collect(Collectors.joining());
            case TABLE, WIDE -> tables(sections, format == OutputFormat.WIDE, namespaces, now);
        };
    }

    /** The one object that was asked for by its name, or a list of all that there are. */
    private static JsonNode tree(List<Section> sections) {
        if (sections.size() == 1 && sections.get(0).single()) {
            return sections.get(0).items().get(0);
        }
        ObjectNode list = Json.object().put("apiVersion", "v1").put("kind", "List");
        var items = list.putArray("items");
        sections.forEach(section -> section.items().forEach(items::add));
        return list;
    }

    /** A table for each kind; where there are several, names say of which kind they are. */
    private static String tables(List<Section> sections, boolean wide, boolean namespaces, Instant now) {
        Map<Kinds, List<JsonNode>> inOrder = new LinkedHashMap<>();
        for (Section section : sections) {
            inOrder.computeIfAbsent(section.kind(), kind -> new ArrayList<>()).addAll(section.items());
        }
        List<String> texts = new ArrayList<>();
        inOrder.forEach((kind, items) -> {
            if (!items.isEmpty() || !kind.isObject()) {
                texts.add(table(
                        kind, items, new Columns(wide, namespaces && kind.isNamespaced(), inOrder.size() > 1), now));
            }
        });
        return String.join("\n", texts);
    }

    /** Which columns a table has beside the usual ones, and whether its names say the kind. */
    private record Columns(boolean wide, boolean namespaces, boolean kinds) {}

    private static String names(Kinds kind, List<JsonNode> items) {
        StringBuilder text = new StringBuilder();
        for (JsonNode item : items) {
            String name = string(item.path("metadata"), "name");
            text.append(kind.singular()).append('/').append(name).append('\n');
        }
        return text.toString();
    }

    private static String table(Kinds kind, List<JsonNode> items, Columns columns, Instant now) {
        boolean wide = columns.wide();
        if (kind == Kinds.ROUTES) {
            return RoutesText.of(items);
        }
        if (kind == Kinds.FDB) {
            return stations(items);
        }
        Table table = switch (kind) {
            case PODS ->
                wide
                        ? new Table("NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE")
                        : new Table("NAME", "READY", "STATUS", "RESTARTS", "AGE");
            case SERVICES ->
                wide
                        ? new Table("NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE", "SELECTOR")
                        : new Table("NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE");
            case ENDPOINTS -> new Table("NAME", "ENDPOINTS", "AGE");
            case ENDPOINTSLICES -> new Table("NAME", "ADDRESSTYPE", "PORTS", "ENDPOINTS", "AGE");
            case NODES ->
                wide
                        ? new Table("NAME", "STATUS", "ROLES", "AGE", "VERSION", "INTERNAL-IP", "POD-CIDR")
                        : new Table("NAME", "STATUS", "ROLES", "AGE", "VERSION");
            case LEASES -> new Table("SUBNET", "NODE", "AGE");
            default -> new Table("PROTO", "CLIENT", "SERVICE", "BACKEND", "STATE", "EXPIRES", "PACKETS", "BYTES");
        };
        for (JsonNode item : items) {
            row(kind, table, item, columns, now);
        }
        if (columns.namespaces()) {
            table.prepend(
                    "NAMESPACE",
                    items.stream()
                            .map(item -> string(item.path("metadata"), "namespace"))
                            .toList());
        }
        return table.toString();
    }

    private static void row(Kinds kind, Table table, JsonNode item, Columns columns, Instant now) {
        boolean wide = columns.wide();
        String name = (columns.kinds() ? kind.singular() + "/" : "") + string(item.path("metadata"), "name");
        String age = Age.since(string(item.path("metadata"), "creationTimestamp"), now);
        switch (kind) {
            case PODS -> pod(table, item, wide, name, age);
            case SERVICES -> service(table, item, wide, name, age);
            case ENDPOINTS -> table.add(name, endpoints(item), age);
            case ENDPOINTSLICES -> slice(table, item, name, age);
            case NODES -> node(table, item, wide, name, age);
            case LEASES ->
                table.add(
                        string(item, "subnet"),
                        string(item, "node"),
                        Age.since(string(item, "creationTimestamp"), now));
            default ->
                table.add(
                        string(item, "proto"),
                        string(item, "client"),
                        string(item, "service"),
                        string(item, "backend"),
                        string(item, "state"),
                        string(item, "expiresSeconds") + "s",
                        string(item, "packets"),
                        string(item, "bytes"));
        }
    }

    private static void pod(Table table, JsonNode item, boolean wide, String name, String age) {
        JsonNode status = item.path("status");
        String ready = (status.path("ready").asBoolean(false) ? "1/" : "0/") + wantedCommands(item);
        String restarts = Integer.toString(status.path("restartCount").asInt(0));
        if (wide) {
            String node = string(item.path("spec"), "nodeName");
            table.add(name, ready, podStatus(item), restarts, age, string(status, "podIP"), node);
        } else {
            table.add(name, ready, podStatus(item), restarts, age);
        }
    }

    /** A pod runs one command, however many are asked for; one that is only a namespace counts as one. */
    private static long wantedCommands(JsonNode pod) {
        long commands = pod.path("spec")
                .path("containers")
                .valueStream()
                .filter(container -> !container.path("command").isEmpty())
                .count();
        return Math.max(1, commands);
    }

    /** As kubectl says it: what is wrong rather than the phase. */
    static String podStatus(JsonNode pod) {
        if (pod.path("metadata").has("deletionTimestamp")) {
            return "Terminating";
        }
        String reason = string(pod.path("status"), "reason");
        return reason.isEmpty() ? string(pod.path("status"), "phase") : reason;
    }

    private static void service(Table table, JsonNode item, boolean wide, String name, String age) {
        JsonNode spec = item.path("spec");
        List<String> ports = new ArrayList<>();
        for (JsonNode port : spec.path("ports")) {
            String nodePort = port.has("nodePort") ? ":" + port.path("nodePort").asInt() : "";
            ports.add(port.path("port").asInt() + nodePort + "/"
                    + port.path("protocol").asString("TCP"));
        }
        String external = external(spec);
        String address = string(spec, "clusterIP");
        String type = spec.path("type").asString("ClusterIP");
        if (wide) {
            List<String> selector = new ArrayList<>();
            spec.path("selector").forEachEntry((key, value) -> selector.add(key + "=" + value.asString()));
            table.add(name, type, address, external, String.join(",", ports), age, String.join(",", selector));
        } else {
            table.add(name, type, address, external, String.join(",", ports), age);
        }
    }

    /** As kubectl has it: a load balancer without an address waits for one. */
    private static String external(JsonNode spec) {
        List<String> addresses = new ArrayList<>();
        if (spec.has("loadBalancerIP")) {
            addresses.add(string(spec, "loadBalancerIP"));
        }
        spec.path("externalIPs").forEach(address -> addresses.add(address.asString()));
        if (!addresses.isEmpty()) {
            return String.join(",", addresses);
        }
        return string(spec, "type").equals("LoadBalancer") ? "<pending>" : NONE;
    }

    /** Port by port, as kubectl lists them. */
    static String endpoints(JsonNode item) {
        List<String> all = new ArrayList<>();
        for (JsonNode subset : item.path("subsets")) {
            for (JsonNode port : subset.path("ports")) {
                for (JsonNode address : subset.path("addresses")) {
                    all.add(string(address, "ip") + ":" + port.path("port").asInt());
                }
            }
        }
        return String.join(",", all);
    }

    private static void slice(Table table, JsonNode item, String name, String age) {
        List<String> ports = new ArrayList<>();
        item.path("ports").forEach(port -> ports.add(port.path("port").asString("")));
        List<String> addresses = new ArrayList<>();
        for (JsonNode endpoint : item.path("endpoints")) {
            endpoint.path("addresses").forEach(address -> addresses.add(address.asString("")));
        }
        table.add(
                name,
                string(item, "addressType"),
                ports.isEmpty() ? "<unset>" : String.join(",", ports),
                addresses.isEmpty() ? "<unset>" : String.join(",", addresses),
                age);
    }

    private static void node(Table table, JsonNode item, boolean wide, String name, String age) {
        String ready = item.path("status").path("ready").asBoolean(false) ? "Ready" : "NotReady";
        String version = item.path("spec").path("foreign").asBoolean(false)
                ? "<foreign>"
                : string(item.path("status"), "version");
        if (wide) {
            String address = string(item.path("status").path("addresses").path(0), "address");
            table.add(name, ready, NONE, age, version, address, string(item.path("spec"), "podCIDR"));
        } else {
            table.add(name, ready, NONE, age, version);
        }
    }

    /** The lines of {@code bridge fdb show}. */
    private static String stations(List<JsonNode> items) {
        StringBuilder text = new StringBuilder();
        for (JsonNode item : items) {
            text.append(string(item, "mac")).append(" dev ").append(string(item, "dev"));
            if (item.has("dst")) {
                text.append(" dst ").append(string(item, "dst")).append(" self");
            }
            String state = string(item, "state");
            text.append(state.isEmpty() ? "" : " " + state).append('\n');
        }
        return text.toString();
    }

    private static String string(JsonNode node, String field) {
        return node.path(field).asString("");
    }
}
