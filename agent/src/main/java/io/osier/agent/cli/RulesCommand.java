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
            "  osier rules -t filter -v",
            "  osier rules -6"
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

    @Option(
            names = {"-6", "--ipv6"},
            description = "As 'ip6tables' shows it: services' IPv6 addresses")
    boolean ipv6;

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
                + (ipv6 ? "&ipv6=true" : "")
                + (table == null ? "" : "&table=" + table)));
        return 0;
    }
}
