package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.model.Json;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code osier describe}. */
@Command(
        name = "describe",
        description = "Tells everything about pods, services, nodes, endpoints, endpointslices or networkpolicies.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier describe pod web-1",
            "  osier describe pods web-1 web-2",
            "  osier describe service/web",
            "  osier describe nodes"
        })
final class DescribeCommand extends ApiCommand {
    @Parameters(
            arity = "1..*",
            paramLabel = "KIND [NAME]",
            description = "pod, service, node, endpoints, endpointslice or networkpolicy, and which;"
                    + " all without a name; KIND/NAME, too")
    List<String> words = List.of();

    private ResourceArguments arguments = new ResourceArguments(List.of(), List.of());

    @Override
    void prepare() {
        arguments = ResourceArguments.parse("describe", words);
        for (Kinds kind : arguments.kinds()) {
            if (!kind.isObject()) {
                throw CliException.usage(
                        "describe: " + kind.plural() + " are shown by 'osier get " + kind.plural() + "'");
            }
        }
    }

    @Override
    int run(ApiClient agent) {
        Lookup lookup = new Lookup(agent);
        arguments.named().forEach(ref -> lookup.find(ref.kind(), ref.name(), options().namespace));
        if (arguments.named().isEmpty()) {
            arguments.kinds().forEach(kind -> lookup.findAll(kind, options().namespace));
        }
        boolean services = lookup.found().stream().anyMatch(found -> found.kind() == Kinds.SERVICES);
        JsonNode endpoints = services ? agent.get(path(Kinds.ENDPOINTS, "")).path("items") : Json.object();
        List<String> texts = lookup.found().stream()
                .map(found -> Description.of(found.kind(), found.object(), endpoints))
                .toList();
        print(String.join("\n\n", texts));
        if (texts.isEmpty() && arguments.named().isEmpty()) {
            sayNothingFound(arguments.kinds().stream().noneMatch(Kinds::isNamespaced));
        }
        return lookup.complain(why -> complain("describe: " + why));
    }
}
