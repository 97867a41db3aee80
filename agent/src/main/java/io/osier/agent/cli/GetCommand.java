package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code osier get}. */
@Command(
        name = "get",
        description = "Lists nodes, pods, services, endpoints, endpointslices, routes, fdb, flows or leases.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier get pods -o wide",
            "  osier get pods,services -l app=web",
            "  osier get pod web-1 -o yaml",
            "  osier get pod/web-1 service/web",
            "  osier --node node-a get routes",
            "  osier get routes -6",
            "  osier get flows --service web --state ESTABLISHED"
        })
final class GetCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "KIND", description = "What to list; several with commas between")
    String kinds = "";

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "NAME", description = "Only these")
    List<String> names = List.of();

    @Option(
            names = {"-l", "--selector"},
            paramLabel = "SELECTOR",
            description = "Only those with these labels: K=V, K!=V, K or !K, with commas between")
    List<String> selector = List.of();

    @Option(
            names = {"-A", "--all-namespaces"},
            description = "Those of all Kubernetes namespaces")
    boolean allNamespaces;

    @Option(
            names = {"-6", "--ipv6"},
            description = "Routes only: as 'netstat -rn6' prints them, of pods' IPv6 addresses")
    boolean ipv6;

    @Mixin
    FlowOptions flows = new FlowOptions();

    @Override
    int run(ApiClient agent) {
        List<Section> sections = new ArrayList<>();
        if (kinds.contains("/")) {
            checkNode(agent);
            named(agent, sections);
        } else {
            List<Kinds> asked = Arrays.stream(kinds.split(",", -1))
                    .map(word -> Kinds.of("get", word))
                    .toList();
            if (asked.stream().anyMatch(Kinds::isObject)) {
                checkNode(agent);
            }
            asked.forEach(kind -> sections.add(section(agent, kind)));
        }
        String text = Printer.sections(sections, options().output, allNamespaces, Instant.now());
        print(text);
        if (text.isEmpty() && options().output.isTable()) {
            boolean everywhere = allNamespaces || sections.stream().allMatch(section -> section.kind() == Kinds.NODES);
            sayNothingFound(everywhere);
        }
        return 0;
    }

    /** Words such as {@code pod/web-1}. */
    private void named(ApiClient agent, List<Section> sections) {
        List<String> words = new ArrayList<>(List.of(kinds));
        words.addAll(names);
        words.stream().filter(word -> !word.contains("/")).findFirst().ifPresent(word -> {
            throw CliException.usage("get: " + word + ": write KIND/NAME, as the others are");
        });
        for (String word : words) {
            int slash = word.indexOf('/');
            Kinds kind = object(Kinds.of("get", word.substring(0, slash)), word);
            sections.add(Section.one(kind, agent.get(path(kind, word.substring(slash + 1)))));
        }
    }

    private Section section(ApiClient agent, Kinds kind) {
        if (kind != Kinds.FLOWS) {
            flows.refuse("get", kind);
        }
        if (ipv6 && kind != Kinds.ROUTES) {
            throw CliException.usage("get: -6 is for routes, not for " + kind.plural());
        }
        if (names.isEmpty()) {
            return Section.all(kind, list(agent, kind));
        }
        object(kind, names.get(0));
        List<JsonNode> items = new ArrayList<>();
        names.forEach(name -> items.add(agent.get(path(kind, name))));
        return new Section(kind, items, names.size() == 1);
    }

    /** Any agent answers for the whole cluster, but not in the name of a node that there is none of. */
    private void checkNode(ApiClient agent) {
        String node = options().node();
        if (node != null) {
            agent.get(path(Kinds.NODES, node));
        }
    }

    private static Kinds object(Kinds kind, String name) {
        if (!kind.isObject()) {
            throw CliException.usage("get: " + kind.plural() + " have no names: leave out " + name);
        }
        return kind;
    }

    private List<JsonNode> list(ApiClient agent, Kinds kind) {
        if (!kind.isObject()) {
            String path = kind == Kinds.FLOWS ? flowsPath(flows) : nodePath(kind.plural(), "");
            JsonNode answer = agent.get(ipv6 ? path + (path.contains("?") ? "&" : "?") + "ipv6=true" : path);
            for (JsonNode silent : answer.path("unreachable")) {
                spec.commandLine().getErr().println("osier: get: node " + silent.asString() + " did not answer");
            }
            return answer.path("items").valueStream().toList();
        }
        Selector picked = new Selector("get", selector);
        return agent.get(path(kind, "") + "&allNamespaces=" + allNamespaces)
                .path("items")
                .valueStream()
                .filter(picked::picks)
                .toList();
    }

    /**
     * What was found of one kind.
     *
     * @param single whether one object was asked for by its name
     */
    record Section(Kinds kind, List<JsonNode> items, boolean single) {
        static Section all(Kinds kind, List<JsonNode> items) {
            return new Section(kind, items, false);
        }

        static Section one(Kinds kind, JsonNode item) {
            return new Section(kind, List.of(item), true);
        }
    }
}
