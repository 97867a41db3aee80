package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import picocli.CommandLine.Command;

/** {@code osier metrics}. */
@Command(
        name = "metrics",
        description = "Prints a node's metrics as Prometheus reads them; kube-proxy's names where they exist.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  osier metrics", "  osier --node node-b metrics | grep kubeproxy_"})
final class MetricsCommand extends ApiCommand {
    @Override
    int run(ApiClient agent) {
        print(agent.getText(nodePath("metrics", "")));
        return 0;
    }
}
