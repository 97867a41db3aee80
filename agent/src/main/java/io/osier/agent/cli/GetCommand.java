package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.model.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code osier get}. */
@Command(
        name = "get",
        description = "Lists nodes, pods, services, endpoints, routes, fdb, flows or leases.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier get pods -o wide",
            "  osier get pods -l app=web",
            "  osier get pod web-1 -o yaml",
            "  osier --node node-a get routes",
            "  osier get flows"
        })
final class GetCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "KIND", description = "What to list; several with commas between")
    String kinds = "";

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "NAME", description = "Only these")
    List<String> names = List.of();

    @Option(
            names = {"-l", "--selector"},
            paramLabel = "K=V",
            description = "Only those with these labels")
    Map<String, String> selector = new LinkedHashMap<>();

    @Option(
            names = {"-A", "--all-namespaces"},
            description = "Those of all Kubernetes namespaces")
    boolean allNamespaces;

    @Override
    int run(ApiClient agent) {
        String separator = "";
        for (String word : kinds.split(",", -1)) {
            print(separator + get(agent, Kinds.of(word)));
            separator = options().output.isTable() ? "\n" : "";
        }
        return 0;
    }

    private String get(ApiClient agent, Kinds kind) {
        Instant now = Instant.now();
        if (names.isEmpty()) {
            return Printer.list(kind, list(agent, kind), options().output, now);
        }
        if (!kind.isObject()) {
            throw CliException.usage("get: " + kind.plural() + " have no names: leave out " + names.get(0));
        }
        if (names.size() == 1) {
            return Printer.object(kind, agent.get(path(kind, names.get(0))), options().output, now);
        }
        var list = Json.object().put("apiVersion", "v1").put("kind", "List");
        var items = list.putArray("items");
        names.forEach(name -> items.add(agent.get(path(kind, name))));
        return Printer.list(kind, list, options().output, now);
    }

    private JsonNode list(ApiClient agent, Kinds kind) {
        if (!kind.isObject()) {
            return agent.get(nodePath(kind.plural(), kind == Kinds.FLOWS ? "*" : ""));
        }
        JsonNode all = agent.get(path(kind, "") + "&allNamespaces=" + allNamespaces);
        if (selector.isEmpty()) {
            return all;
        }
        var list = Json.object().put("apiVersion", "v1").put("kind", "List");
        var items = list.putArray("items");
        for (JsonNode item : all.path("items")) {
            JsonNode labels = item.path("metadata").path("labels");
            if (selector.entrySet().stream()
                    .allMatch(wanted -> wanted.getValue()
                            .equals(labels.path(wanted.getKey()).asString("")))) {
                items.add(item);
            }
        }
        return list;
    }
}
