package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.model.Manifests;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code osier apply}. */
@Command(
        name = "apply",
        description = "Creates or changes the objects of manifests: Pod, Service, Endpoints, EndpointSlice.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  osier apply -f web.yaml", "  cat web.yaml | osier apply -f -"})
final class ApplyCommand extends ApiCommand {
    @Option(
            names = {"-f", "--filename"},
            required = true,
            paramLabel = "FILE",
            description = "A file of manifests, or - for standard input")
    List<Path> files = List.of();

    @Override
    int run(ApiClient agent) {
        for (Path file : files) {
            for (ObjectNode object : ManifestFile.read(file)) {
                String plural = Manifests.pluralOf(object.path("kind").asString());
                String name = object.path("metadata").path("name").asString();
                Kinds kind = Kinds.of("apply", plural);
                String result = agent.put(path(kind, name, namespaceOf(object)), object)
                        .path("result")
                        .asString("configured");
                print(object.path("kind").asString().toLowerCase(Locale.ROOT) + "/" + name + " " + result + "\n");
            }
        }
        return 0;
    }
}
