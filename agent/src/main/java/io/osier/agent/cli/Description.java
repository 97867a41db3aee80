package io.osier.agent.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Everything about one object, a line each. */
final class Description {
    private static final int MIN_LABEL_COLUMNS = 18;

    private final List<Line> lines = new ArrayList<>();

    private record Line(String label, String value) {}

    /** @param endpoints all that there are: those of a service have its name */
    static String of(Kinds kind, JsonNode object, JsonNode endpoints) {
        if (kind == Kinds.NETWORKPOLICIES) {
            return PolicyDescription.of(object);
        }
        Description description = new Description();
        description.describe(kind, object, endpoints);
        return description.aligned();
    }

    private void describe(Kinds kind, JsonNode object, JsonNode endpoints) {
        JsonNode metadata = object.path("metadata");
        line("Name", string(metadata, "name"));
        line("Namespace", string(metadata, "namespace"));
        line("Labels", Printer.pairs(metadata.path("labels")));
        line("Created", string(metadata, "creationTimestamp"));
        switch (kind) {
            case PODS -> pod(object);
            case SERVICES -> service(object, endpoints);
            case NODES -> node(object);
            case ENDPOINTSLICES -> slice(object);
            default -> line("Addresses", Printer.endpoints(object));
        }
    }

    /** Values in one column, behind the longest label. */
    private String aligned() {
        int width = lines.stream().mapToInt(line -> line.label().length()).max().orElse(0);
        String format = "%-" + Math.max(MIN_LABEL_COLUMNS, width + 1) + "s%s%n";
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(String.format(Locale.ROOT, format, line.label(), line.value())));
        return text.toString();
    }

    private void pod(JsonNode pod) {
        JsonNode status = pod.path("status");
        line("Node", string(pod.path("spec"), "nodeName"));
        line("Status", Printer.podStatus(pod));
        line("Message", string(status, "message"));
        line("IP", string(status, "podIP"));
        line("IPs", texts(status.path("podIPs"), "ip"));
        line("Restarts", Integer.toString(status.path("restartCount").asInt(0)));
        line("Restart Policy", string(pod.path("spec"), "restartPolicy"));
        String name = string(pod.path("metadata"), "name");
        for (JsonNode container : pod.path("spec").path("containers")) {
            List<String> words = new ArrayList<>();
            container.path("command").forEach(word -> words.add(word.asString()));
            container.path("args").forEach(word -> words.add(word.asString()));
            String its = container.path("name").asString(name);
            line("Container", its);
            line("  Command", String.join(" ", words));
            status.path("containerStatuses")
                    .valueStream()
                    .filter(each -> string(each, "name").equals(its))
                    .forEach(this::container);
        }
    }

    private void container(JsonNode status) {
        status.path("state").forEachEntry((state, why) -> {
            line("  State", Character.toUpperCase(state.charAt(0)) + state.substring(1));
            for (String field : List.of("reason", "exitCode", "message")) {
                if (why.has(field)) {
                    String label =
                            field.equals("exitCode") ? "Exit Code" : field.equals("reason") ? "Reason" : "Message";
                    line("    " + label, why.path(field).asString(""));
                }
            }
        });
        line("  Ready", status.path("ready").asBoolean(false) ? "True" : "False");
        line("  Restart Count", status.path("restartCount").asString("0"));
    }

    private void service(JsonNode service, JsonNode endpoints) {
        JsonNode spec = service.path("spec");
        line("Selector", Printer.pairs(spec.path("selector")));
        line("Type", string(spec, "type"));
        line("IP Family Policy", string(spec, "ipFamilyPolicy"));
        line("IP Families", words(spec.path("ipFamilies")));
        line("IP", string(spec, "clusterIP"));
        line("IPs", words(spec.path("clusterIPs")));
        line("Session Affinity", string(spec, "sessionAffinity"));
        for (JsonNode port : spec.path("ports")) {
            String protocol = port.path("protocol").asString("TCP");
            String label = string(port, "name").isEmpty() ? "<unset>" : string(port, "name");
            line("Port", label + "  " + port.path("port").asString() + "/" + protocol);
            line("TargetPort", port.path("targetPort").asString() + "/" + protocol);
            if (port.has("nodePort")) {
                line("NodePort", label + "  " + port.path("nodePort").asString() + "/" + protocol);
            }
        }
        describeExternal(spec);
        String name = string(service.path("metadata"), "name");
        String all = endpoints
                .valueStream()
                .filter(item -> string(item.path("metadata"), "name").equals(name))
                .map(Printer::endpoints)
                .findFirst()
                .orElse("");
        line("Endpoints", all);
    }

    private void describeExternal(JsonNode spec) {
        if (!spec.path("externalIPs").isEmpty()) {
            line("External IPs", words(spec.path("externalIPs")));
        }
        if (spec.has("loadBalancerIP")) {
            line("LoadBalancer Ingress", string(spec, "loadBalancerIP"));
        }
        if (spec.has("healthCheckNodePort")) {
            line("HealthCheck NodePort", string(spec, "healthCheckNodePort"));
        }
        if (spec.has("externalTrafficPolicy")) {
            line("External Traffic Policy", string(spec, "externalTrafficPolicy"));
        }
        if (spec.has("internalTrafficPolicy")) {
            line("Internal Traffic Policy", string(spec, "internalTrafficPolicy"));
        }
    }

    private void node(JsonNode node) {
        line("Ready", node.path("status").path("ready").asBoolean(false) ? "True" : "False");
        for (JsonNode condition : node.path("status").path("conditions")) {
            if (condition.has("message")) {
                line("Message", string(condition, "message"));
            }
        }
        line("Foreign", node.path("spec").path("foreign").asBoolean(false) ? "yes" : "no");
        line("PodCIDR", string(node.path("spec"), "podCIDR"));
        line("InternalIP", string(node.path("status").path("addresses").path(0), "address"));
        line("Version", string(node.path("status"), "version"));
        line("API socket", string(node.path("status"), "apiSocket"));
    }

    private void slice(JsonNode slice) {
        line("AddressType", string(slice, "addressType"));
        for (JsonNode port : slice.path("ports")) {
            String label = string(port, "name").isEmpty() ? "<unset>" : string(port, "name");
            line("Port", label + "  " + port.path("port").asString() + "/" + string(port, "protocol"));
        }
        for (JsonNode endpoint : slice.path("endpoints")) {
            List<String> addresses = new ArrayList<>();
            endpoint.path("addresses").forEach(address -> addresses.add(address.asString()));
            List<String> conditions = new ArrayList<>();
            endpoint.path("conditions").forEachEntry((name, value) -> conditions.add(name + "=" + value.asString()));
            line("Endpoint", String.join(",", addresses) + "  " + String.join(",", conditions));
        }
    }

    private static String texts(JsonNode list, String field) {
        return String.join(
                ",", list.valueStream().map(item -> string(item, field)).toList());
    }

    private static String words(JsonNode list) {
        return String.join(",", list.valueStream().map(JsonNode::asString).toList());
    }

    private void line(String label, String value) {
        lines.add(new Line(label + ":", value.isEmpty() ? "<none>" : value));
    }

    private static String string(JsonNode node, String field) {
        return node.path(field).asString("");
    }
}
