package io.osier.agent.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code osier agent}. */
@Command(
        name = "agent",
        description = "Runs this node's agent in the foreground.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  osier agent --config /etc/osier/agent.yaml"})
final class AgentCommand implements Callable<Integer> {
    private final AgentRunner agent;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Its configuration; ${DEFAULT-VALUE} if left out",
            defaultValue = "/etc/osier/agent.yaml")
    Path config = Path.of("/etc/osier/agent.yaml");

    AgentCommand(AgentRunner agent) {
        this.agent = agent;
    }

    @Override
    public Integer call() throws IOException {
        return agent.run(config);
    }
}
