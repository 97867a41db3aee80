package io.osier.agent.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Turns answers into what a terminal shows: tables in the manner of kubectl, netstat and bridge. */
final class Printer {
    private static final String NONE = "<none>";

    private Printer() {}

    /**
     * How tables are to look.
     *
     * @param namespaces whether they say which namespace each object is in
     * @param labels whether they show the objects' labels
     * @param headers whether they have a line that names the columns
     * @param widths of the columns, for a table that is printed in pieces
     */
    record Style(boolean namespaces, boolean labels, boolean headers, ColumnWidths widths) {
        /** Of a table that is printed as a whole. */
        Style(boolean namespaces, boolean labels, boolean headers) {
            this(namespaces, labels, headers, new ColumnWidths());
        }

        /** Of what follows. */
        Style withoutHeaders() {
            return new Style(namespaces, labels, false, widths);
        }
    }

    /** What was found, of one kind or several. */
    static String sections(List<Section> sections, OutputFormat format, Style style, Instant now) {
        if (format.isTree()) {
            return format.write(tree(sections), JsonNode::toString);
        }
        return format == OutputFormat.NAME
                ? sections.stream()
                        .map(section -> names(section.kind(), section.items()))
                        .collect(Collectors.joining())
                : tables(sections, format == OutputFormat.WIDE, style, now);
    }

    /** The one object that was asked for by its name, or a list of all that there are. */
    private static JsonNode tree(List<Section> sections) {
        return sections.size() == 1 && sections.get(0).single()
                ? sections.get(0).items().get(0)
                : BulkOutput.listOf(sections.stream()
                        .flatMap(section -> section.items().stream())
                        .toList());
    }

    /** A table for each kind; where there are several, names say of which kind they are. */
    private static String tables(List<Section> sections, boolean wide, Style style, Instant now) {
        Map<Kinds, List<JsonNode>> inOrder = new LinkedHashMap<>();
        for (Section section : sections) {
            inOrder.computeIfAbsent(section.kind(), kind -> new ArrayList<>()).addAll(section.items());
        }
        List<String> texts = new ArrayList<>();
        inOrder.forEach((kind, items) -> {
            if (!items.isEmpty() || !kind.isObject()) {
                texts.add(table(kind, items, new Columns(wide, inOrder.size() > 1, style), now));
            }
        });
        return String.join(style.headers() ? "\n" : "", texts);
    }

    /** Which columns a table has, and whether its names say the kind. */
    private record Columns(boolean wide, boolean kinds, Style style) {}

    private static String names(Kinds kind, List<JsonNode> items) {
        StringBuilder text = new StringBuilder();
        for (JsonNode item : items) {
            String name = string(item.path("metadata"), "name");
            text.append(kind.qualified()).append('/').append(name).append('\n');
        }
        return text.toString();
    }

    private static String table(Kinds kind, List<JsonNode> items, Columns columns, Instant now) {
        boolean wide = columns.wide();
        if (kind == Kinds.ROUTES) {
            return RoutesText.of(items, columns.style().headers());
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
            case NETWORKPOLICIES -> new Table("NAME", "POD-SELECTOR", "AGE");
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
        if (columns.style().namespaces() && kind.isNamespaced()) {
            table.prepend(
                    "NAMESPACE",
                    items.stream()
                            .map(item -> string(item.path("metadata"), "namespace"))
                            .toList());
        }
        if (columns.style().labels()) {
            table.append(
                    "LABELS",
                    items.stream()
                            .map(item -> pairs(item.path("metadata").path("labels")))
                            .toList());
        }
        return table.text(columns.style().headers(), columns.style().widths());
    }

    private static void row(Kinds kind, Table table, JsonNode item, Columns columns, Instant now) {
        boolean wide = columns.wide();
        String name = (columns.kinds() ? kind.qualified() + "/" : "") + string(item.path("metadata"), "name");
        String age = Age.since(string(item.path("metadata"), "creationTimestamp"), now);
        switch (kind) {
            case PODS -> pod(table, item, wide, name, age);
            case SERVICES -> service(table, item, wide, name, age);
            case ENDPOINTS -> table.add(name, endpoints(item), age);
            case ENDPOINTSLICES -> slice(table, item, name, age);
            case NETWORKPOLICIES ->
                table.add(name, SelectorText.of(item.path("spec").path("podSelector")), age);
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
        JsonNode containers = status.path("containerStatuses");
        long running = containers
                .valueStream()
                .filter(container -> container.path("ready").asBoolean(false))
                .count();
        String ready = running + "/" + containers.size();
        String restarts = Integer.toString(status.path("restartCount").asInt(0));
        if (wide) {
            String node = string(item.path("spec"), "nodeName");
            table.add(name, ready, podStatus(item), restarts, age, string(status, "podIP"), node);
        } else {
            table.add(name, ready, podStatus(item), restarts, age);
        }
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
            table.add(name, type, address, external, String.join(",", ports), age, pairs(spec.path("selector")));
        } else {
            table.add(name, type, address, external, String.join(",", ports), age);
        }
    }

    /** {@code app=web,tier=front}. */
    static String pairs(JsonNode map) {
        List<String> pairs = new ArrayList<>();
        map.forEachEntry((key, value) -> pairs.add(key + "=" + value.asString()));
        return String.join(",", pairs);
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
                    String ip = string(address, "ip");
                    String host = ip.indexOf(':') < 0 ? ip : "[" + ip + "]";
                    all.add(host + ":" + port.path("port").asInt());
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
