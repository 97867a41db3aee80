package io.osier.agent.cli;

import io.osier.agent.model.Json;
import io.osier.agent.model.Manifests;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Turns answers into what a terminal shows: tables in the manner of kubectl, netstat and bridge. */
final class Printer {
    private static final String NONE = "<none>";

    private Printer() {}

    /** A list of this kind in this format. */
    static String list(Kinds kind, JsonNode list, OutputFormat format, Instant now) {
        JsonNode items = list.path("items");
        return switch (format) {
            case JSON -> Json.pretty(list) + "\n";
            case YAML -> Manifests.write(list);
            case NAME -> names(kind, items);
            case TABLE, WIDE -> table(kind, items, format == OutputFormat.WIDE, now);
        };
    }

    /** One object of this kind. */
    static String object(Kinds kind, JsonNode object, OutputFormat format, Instant now) {
        return switch (format) {
            case JSON -> Json.pretty(object) + "\n";
            case YAML -> Manifests.write(object);
            case NAME, TABLE, WIDE -> {
                var list = Json.object();
                list.putArray("items").add(object);
                yield list(kind, list, format, now);
            }
        };
    }

    private static String names(Kinds kind, JsonNode items) {
        StringBuilder text = new StringBuilder();
        for (JsonNode item : items) {
            String name = switch (kind) {
                case LEASES -> string(item, "subnet");
                case ROUTES -> string(item, "destination");
                case FDB -> string(item, "mac");
                case FLOWS -> string(item, "client") + "-" + string(item, "service");
                default -> string(item.path("metadata"), "name");
            };
            text.append(kind.singular()).append('/').append(name).append('\n');
        }
        return text.toString();
    }

    private static String table(Kinds kind, JsonNode items, boolean wide, Instant now) {
        if (kind == Kinds.ROUTES) {
            return routes(items);
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
            case NODES ->
                wide
                        ? new Table("NAME", "STATUS", "ROLES", "AGE", "VERSION", "INTERNAL-IP", "POD-CIDR")
                        : new Table("NAME", "STATUS", "ROLES", "AGE", "VERSION");
            case LEASES -> new Table("SUBNET", "NODE", "AGE");
            default -> new Table("PROTO", "CLIENT", "SERVICE", "BACKEND", "STATE", "EXPIRES", "PACKETS", "BYTES");
        };
        for (JsonNode item : items) {
            row(kind, table, item, wide, now);
        }
        return table.toString();
    }

    private static void row(Kinds kind, Table table, JsonNode item, boolean wide, Instant now) {
        String name = string(item.path("metadata"), "name");
        String age = Age.since(string(item.path("metadata"), "creationTimestamp"), now);
        switch (kind) {
            case PODS -> pod(table, item, wide, name, age);
            case SERVICES -> service(table, item, wide, name, age);
            case ENDPOINTS -> table.add(name, endpoints(item), age);
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
        String ready = status.path("ready").asBoolean(false) ? "1/1" : "0/1";
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
            ports.add(port.path("port").asInt() + "/" + port.path("protocol").asString("TCP"));
        }
        String address = string(spec, "clusterIP");
        String type = spec.path("type").asString("ClusterIP");
        if (wide) {
            List<String> selector = new ArrayList<>();
            spec.path("selector").forEachEntry((key, value) -> selector.add(key + "=" + value.asString()));
            table.add(name, type, address, NONE, String.join(",", ports), age, String.join(",", selector));
        } else {
            table.add(name, type, address, NONE, String.join(",", ports), age);
        }
    }

    private static String endpoints(JsonNode item) {
        List<String> all = new ArrayList<>();
        for (JsonNode subset : item.path("subsets")) {
            for (JsonNode address : subset.path("addresses")) {
                for (JsonNode port : subset.path("ports")) {
                    all.add(string(address, "ip") + ":" + port.path("port").asInt());
                }
            }
        }
        return String.join(",", all);
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

    /** The columns of {@code netstat -rn}. */
    private static String routes(JsonNode items) {
        StringBuilder text =
                new StringBuilder("Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n");
        for (JsonNode item : items) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-15s %-15s %-15s %-6s %4d %-5d %6d %s%n",
                    string(item, "destination"),
                    string(item, "gateway"),
                    string(item, "genmask"),
                    string(item, "flags"),
                    item.path("mss").asInt(),
                    item.path("window").asInt(),
                    item.path("irtt").asInt(),
                    string(item, "iface")));
        }
        return text.toString();
    }

    /** The lines of {@code bridge fdb show}. */
    private static String stations(JsonNode items) {
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
