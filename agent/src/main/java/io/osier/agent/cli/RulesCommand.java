package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code osier rules}. */
@Command(
        name = "rules",
        description = "Shows the live service table as 'iptables -t nat -nL' would.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  osier rules", "  osier --node node-b rules -v"})
final class RulesCommand extends ApiCommand {
    @Option(
            names = {"-v", "--verbose"},
            description = "With packet and byte counters")
    boolean verbose;

    @Override
    int run(ApiClient agent) {
        String path = nodePath("rules", "");
        print(agent.getText(path + (path.contains("?") ? "&" : "?") + "verbose=" + verbose));
        return 0;
    }
}
