package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import java.util.Set;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code osier drops}. */
@Command(
        name = "drops",
        description = "Counts every packet not delivered, by reason, and shows that none is missing.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  osier drops", "  osier --node node-a drops"})
final class DropsCommand extends ApiCommand {
    @Override
    Set<OutputFormat> formats() {
        return OutputFormat.TREES;
    }

    @Override
    int run(ApiClient agent) {
        JsonNode list = agent.get(nodePath("drops", "*"));
        print(options().output.write(list, DropsCommand::tables));
        for (JsonNode silent : list.path("unreachable")) {
            complain("drops: node " + silent.asString() + " did not answer");
        }
        return 0;
    }

    private static String tables(JsonNode list) {
        Table table = new Table("NODE", "REASON", "PACKETS", "DESCRIPTION");
        StringBuilder balances = new StringBuilder();
        for (JsonNode item : list.path("items")) {
            String node = item.path("node").asString();
            for (JsonNode drop : item.path("reasons")) {
                table.add(
                        node,
                        drop.path("reason").asString(),
                        drop.path("packets").asLong(),
                        drop.path("description").asString());
            }
            balances.append(balance(node, item.path("balance")));
        }
        return table + "\n" + balances;
    }

    private static String balance(String node, JsonNode balance) {
        return node + ": in " + number(balance, "in") + " = out " + number(balance, "out") + " + dropped "
                + number(balance, "dropped") + " + held " + number(balance, "held") + "   (in: received "
                + number(balance, "received") + ", originated " + number(balance, "originated") + ", replicated "
                + number(balance, "replicated") + ")\n";
    }

    private static long number(JsonNode balance, String field) {
        return balance.path(field).asLong();
    }
}
