package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code osier rules}. */
@Command(
        name = "rules",
        description = "Shows the live service table as 'iptables -t nat -nL' would.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Without -t, what kube-proxy rejects and drops in its filter table is shown among the rest.",
            "",
            "Examples:",
            "  osier rules",
            "  osier --node node-b rules -v",
            "  osier rules -t filter -v"
        })
final class RulesCommand extends ApiCommand {
    @Option(
            names = {"-v", "--verbose"},
            description = "With packet and byte counters")
    boolean verbose;

    @Option(
            names = {"-t", "--table"},
            paramLabel = "TABLE",
            description = "As 'iptables -t TABLE -nL' shows it: nat or filter")
    @Nullable
    Table table;

    /** kube-proxy's tables. */
    enum Table {
        NAT,
        FILTER;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    int run(ApiClient agent) {
        String path = nodePath("rules", "");
        print(agent.getText(path + (path.contains("?") ? "&" : "?") + "verbose=" + verbose
                + (table == null ? "" : "&table=" + table)));
        return 0;
    }
}
