package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.model.Manifest;
import io.osier.agent.model.ValidationException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
    int run(ApiClient agent) throws InterruptedException {
        BulkOutput output = new BulkOutput(out(), spec.commandLine().getErr());
        for (Path path : files) {
            ManifestFile file = ManifestFile.read(path);
            try (BulkSender<Manifest> sender = new BulkSender<>(
                    agent,
                    "/osier/v1/apply?namespace=" + encode(options().namespace),
                    new Listener(file.name(), output))) {
                for (Manifest manifest : file.manifests()) {
                    try {
                        checkNamespace(manifest);
                        sender.add(manifest, manifest.checked());
                    } catch (ValidationException e) {
                        sender.skip(file.name() + ": " + e.getMessage());
                    }
                }
                sender.finish();
            }
        }
        return output.failures() == 0 ? 0 : 1;
    }

    private record Listener(String file, BulkOutput output) implements BulkSender.Listener<Manifest> {
        @Override
        public void done(Manifest manifest, String result) {
            Kinds kind = Kinds.of("apply", manifest.kind().plural());
            manifest.warnings().forEach(warning -> output.warn(file + ": " + warning));
            output.say(kind.singular() + "/" + manifest.name() + " " + result);
        }

        @Override
        public void refused(Manifest manifest, int code, String message) {
            output.complain(file + ": " + manifest.placed(message));
        }

        @Override
        public void skipped(String complaint) {
            output.complain(complaint);
        }

        @Override
        public void pause() {
            output.flush();
        }
    }
}
