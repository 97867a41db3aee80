package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code osier apply}. */
@Command(
        name = "apply",
        description =
                "Creates or changes the objects of manifests: Pod, Service, Endpoints, EndpointSlice, NetworkPolicy.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier apply -f web.yaml",
            "  osier apply -f manifests/ -o name",
            "  cat web.yaml | osier apply -f -"
        })
final class ApplyCommand extends ApiCommand {
    @Mixin
    FilenameOptions files = new FilenameOptions();

    @Override
    void prepare() {
        if (!files.isGiven()) {
            throw CliException.usage("apply: say -f FILE");
        }
    }

    @Override
    Set<OutputFormat> formats() {
        return OutputFormat.ALL;
    }

    @Override
    int run(ApiClient agent) throws InterruptedException {
        return new ManifestUpload("apply", options(), this::checkNamespace, output()).send(agent, files.files());
    }
}
