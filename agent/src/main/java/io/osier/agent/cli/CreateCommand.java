package io.osier.agent.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code osier create}. */
@Command(
        name = "create",
        description = "Creates a pod, a service or a foreign node.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier create pod web-1 -l app=web -- osier serve --port 8080",
            "  osier create service web --port 80:8080 --selector app=web",
            "  osier create node kernel --address 172.30.0.9 --pod-cidr 10.32.9.0/24"
        },
        subcommands = {CreatePodCommand.class, CreateServiceCommand.class, CreateNodeCommand.class})
final class CreateCommand implements Runnable {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    OsierCommand root;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to create: pod, service or node");
    }
}
