package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/** {@code osier create}. */
@Command(
        name = "create",
        description =
                "Creates a pod, a service or a foreign node, or the objects of manifests, none of which may be there.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier create pod web-1 -l app=web -- osier serve --port 8080",
            "  osier create service web --port 80:8080 --selector app=web",
            "  osier create node kernel --address 172.30.0.9 --pod-cidr 10.32.9.0/24",
            "  osier create -f web.yaml"
        },
        subcommands = {CreatePodCommand.class, CreateServiceCommand.class, CreateNodeCommand.class})
final class CreateCommand extends ApiCommand {
    @Mixin
    FilenameOptions files = new FilenameOptions();

    @Override
    void prepare() {
        if (!files.isGiven()) {
            throw new ParameterException(spec.commandLine(), "say what to create: pod, service or node, or -f FILE");
        }
    }

    @Override
    Set<OutputFormat> formats() {
        return OutputFormat.ALL;
    }

    @Override
    int run(ApiClient agent) throws InterruptedException {
        return new ManifestUpload("create", options(), this::checkNamespace, output()).send(agent, files.files());
    }
}
