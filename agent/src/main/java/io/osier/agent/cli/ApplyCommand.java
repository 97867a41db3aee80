package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.client.ApiException;
import io.osier.agent.model.Manifest;
import io.osier.agent.model.ValidationException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
        int failures = 0;
        for (Path path : files) {
            ManifestFile file = ManifestFile.read(path);
            for (Manifest manifest : file.manifests()) {
                String failure = apply(agent, manifest);
                if (failure != null) {
                    spec.commandLine().getErr().println("osier: " + file.name() + ": " + failure);
                    failures++;
                }
            }
        }
        return failures == 0 ? 0 : 1;
    }

    /** Applies one object; what is wrong with it, or null. */
    private @Nullable String apply(ApiClient agent, Manifest manifest) {
        try {
            ObjectNode object = manifest.checked();
            Kinds kind = Kinds.of("apply", manifest.kind().plural());
            String path = path(kind, manifest.name(), manifest.namespace(options().namespace));
            String result = agent.put(path, object).path("result").asString("configured");
            print(kind.singular() + "/" + manifest.name() + " " + result + "\n");
            return null;
        } catch (ValidationException e) {
            return e.getMessage();
        } catch (ApiException e) {
            if (e.code() == ApiException.UNREACHABLE) {
                throw e;
            }
            return manifest.placed(String.valueOf(e.getMessage()));
        }
    }
}
