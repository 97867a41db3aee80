package io.osier.agent.cli;

import java.io.IOException;
import java.nio.file.Path;

/** Runs an agent in this process. */
@FunctionalInterface
public interface AgentRunner {
    /**
     * Runs until the process is told to end.
     *
     * @return the exit code
     * @throws IOException in one line, if the agent cannot start
     */
    int run(Path config) throws IOException;
}
