package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.client.ApiException;
import io.osier.agent.model.Manifest;
import io.osier.agent.model.ValidationException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code osier get}. */
@Command(
        name = "get",
        description =
                "Lists nodes, pods, services, endpoints, endpointslices, networkpolicies, routes, fdb, flows or leases.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier get pods -o wide",
            "  osier get pods,services -l app=web",
            "  osier get pods -l 'app in (web,db),!old' --show-labels",
            "  osier get pod web-1 -o yaml",
            "  osier get pod/web-1 service/web",
            "  osier get all",
            "  osier get pods -w",
            "  osier --node node-a get routes",
            "  osier get routes -6",
            "  osier get flows --service web --state ESTABLISHED"
        })
final class GetCommand extends ApiCommand {
    @Parameters(
            arity = "0..*",
            paramLabel = "KIND [NAME]",
            description = "What to list, several kinds with commas between, or all for pods and services;"
                    + " with names only these, which may also be KIND/NAME")
    List<String> words = List.of();

    @Mixin
    FilenameOptions files = new FilenameOptions();

    @Option(
            names = {"-l", "--selector"},
            paramLabel = "SELECTOR",
            description = "Only those with these labels: K=V, K!=V, K in (V,V), K notin (V,V), K or !K, with commas"
                    + " between")
    List<String> selector = List.of();

    @Option(
            names = {"-A", "--all-namespaces"},
            description = "Those of all Kubernetes namespaces")
    boolean allNamespaces;

    @Option(names = "--no-headers", description = "Tables without their first line")
    boolean noHeaders;

    @Option(names = "--show-labels", description = "Tables with a column for labels")
    boolean showLabels;

    @Option(
            names = {"-6", "--ipv6"},
            description = "Routes only: as 'netstat -rn6' prints them, of pods' IPv6 addresses")
    boolean ipv6;

    @Option(
            names = {"-w", "--watch"},
            description = "Then print each object again that changes, and once more when it is gone, until Ctrl-C")
    boolean watch;

    @Option(names = "--watch-only", description = "The same without the list at the beginning")
    boolean watchOnly;

    @Mixin
    FlowOptions flows = new FlowOptions();

    private ResourceArguments arguments = new ResourceArguments(List.of(), List.of());
    private Selector picked = new Selector("get", List.of());

    @Override
    void prepare() {
        if (words.isEmpty() != files.isGiven()) {
            throw CliException.usage("get: say KIND, or KIND NAME, or -f FILE");
        }
        picked = new Selector("get", selector);
        if (!words.isEmpty()) {
            arguments = ResourceArguments.parse("get", words);
        }
        arguments.kinds().forEach(this::checkOptions);
        if (files.isGiven()) {
            flows.refuseManifests("get");
        }
        arguments.checkNames("get");
        if (watches()) {
            checkWatch();
        }
        if (files.isGiven() || !arguments.named().isEmpty()) {
            if (!selector.isEmpty() || allNamespaces) {
                throw CliException.usage("get: " + (allNamespaces ? "-A" : "-l") + " goes with a kind alone, not with"
                        + (files.isGiven() ? " -f" : " names"));
            }
        }
    }

    private boolean watches() {
        return watch || watchOnly;
    }

    private void checkWatch() {
        if (files.isGiven() || arguments.kinds().size() > 1 || arguments.named().size() > 1) {
            throw CliException.usage("get: --watch is for one kind, or one object of it");
        }
        Kinds kind = arguments.kinds().get(0);
        if (!kind.isObject() && kind != Kinds.LEASES) {
            throw CliException.usage("get: --watch is for objects and leases, not for " + kind.plural());
        }
    }

    private void checkOptions(Kinds kind) {
        if (kind != Kinds.FLOWS) {
            flows.refuse("get", kind);
        }
        if (ipv6 && kind != Kinds.ROUTES) {
            throw CliException.usage("get: -6 is for routes, not for " + kind.plural());
        }
        if (!kind.isObject() && (showLabels || !selector.isEmpty())) {
            throw CliException.usage("get: " + (showLabels ? "--show-labels" : "-l")
                    + " is for objects with labels, not for " + kind.plural());
        }
    }

    @Override
    Set<OutputFormat> formats() {
        return OutputFormat.ALL;
    }

    @Override
    int run(ApiClient agent) throws InterruptedException {
        boolean lists = !files.isGiven() && arguments.named().isEmpty();
        if (!lists || arguments.kinds().stream().anyMatch(Kinds::isObject)) {
            checkNode(agent);
        }
        if (watches()) {
            Kinds kind = arguments.kinds().get(0);
            new ObjectWatch(kind, options().output, style(), this::print, why -> complain("get: " + why))
                    .run(lists ? () -> list(agent, kind) : new OneObject(agent)::list, watchOnly);
            return 0;
        }
        Lookup lookup = lists ? new Lookup(agent) : lookUp(agent);
        List<Section> sections = lists
                ? arguments.kinds().stream()
                        .map(kind -> new Section(kind, list(agent, kind), false))
                        .toList()
                : lookup.found().stream()
                        .map(found -> new Section(found.kind(), List.of(found.object()), lookup.isForOne()))
                        .toList();
        String text = sections.isEmpty() ? "" : Printer.sections(sections, options().output, style(), Instant.now());
        print(text);
        if (text.isEmpty() && lists && options().output.isTable()) {
            boolean everywhere = allNamespaces
                    || sections.stream().noneMatch(section -> section.kind().isNamespaced());
            sayNothingFound(everywhere);
        }
        return lookup.complain(why -> complain("get: " + why));
    }

    private Printer.Style style() {
        return new Printer.Style(allNamespaces, showLabels, !noHeaders);
    }

    /** The object that was named, as a list that is empty when it is gone; it has to be there at first. */
    private final class OneObject {
        private final ApiClient agent;
        private boolean found;

        OneObject(ApiClient agent) {
            this.agent = agent;
        }

        List<JsonNode> list() {
            ResourceArguments.Ref ref = arguments.named().get(0);
            try {
                JsonNode object = agent.get(path(ref.kind(), ref.name()));
                found = true;
                return List.of(object);
            } catch (ApiException e) {
                if (!found || !e.isNotFound()) {
                    throw e;
                }
                return List.of();
            }
        }
    }

    /** Any agent answers for the whole cluster, but not in the name of a node that there is none of. */
    private void checkNode(ApiClient agent) {
        String node = options().node();
        if (node != null) {
            agent.get(path(Kinds.NODES, node));
        }
    }

    private Lookup lookUp(ApiClient agent) {
        Lookup lookup = new Lookup(agent);
        arguments.named().forEach(ref -> lookup.find(ref.kind(), ref.name(), options().namespace));
        for (Path path : files.files()) {
            ManifestFile file = ManifestFile.read(path);
            for (Manifest manifest : file.manifests()) {
                try {
                    checkNamespace(manifest);
                    Kinds kind = Kinds.of("get", manifest.kind().plural());
                    lookup.find(kind, manifest.name(), manifest.namespace(options().namespace));
                } catch (ValidationException e) {
                    lookup.miss(file.name() + ": " + e.getMessage());
                }
            }
        }
        return lookup;
    }

    private List<JsonNode> list(ApiClient agent, Kinds kind) {
        if (!kind.isObject()) {
            String path = kind == Kinds.FLOWS ? flowsPath(flows) : nodePath(kind.plural(), "");
            JsonNode answer = agent.get(ipv6 ? path + (path.contains("?") ? "&" : "?") + "ipv6=true" : path);
            for (JsonNode silent : answer.path("unreachable")) {
                complain("get: node " + silent.asString() + " did not answer");
            }
            return answer.path("items").valueStream().toList();
        }
        return agent.get(path(kind, "") + "&allNamespaces=" + allNamespaces)
                .path("items")
                .valueStream()
                .filter(picked::picks)
                .toList();
    }
}
