package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import java.time.Duration;
import java.util.Set;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code osier doctor}. */
@Command(
        name = "doctor",
        description =
                "Checks every node and every pair of nodes, both ways, and says what to mend; ends with 1 if something fails.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "A note is no fault: something optional is missing, or could be better.",
            "",
            "Examples:",
            "  osier doctor",
            "  osier doctor -o json"
        })
final class DoctorCommand extends ApiCommand {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    @Override
    Set<OutputFormat> formats() {
        return OutputFormat.TREES;
    }

    @Override
    int run(ApiClient agent) {
        if (Terminal.isInteractive()) {
            spec.commandLine().getErr().println("doctor: asking every node, sending probes ...");
        }
        JsonNode told = agent.get("/osier/v1/doctor", DEADLINE);
        print(options().output.write(told, DoctorCommand::text));
        return count(told, "fail") == 0 ? 0 : 1;
    }

    private static String text(JsonNode told) {
        StringBuilder text = new StringBuilder();
        String about = "";
        for (JsonNode finding : told.path("findings")) {
            if (!finding.path("about").asString().equals(about)) {
                about = finding.path("about").asString();
                text.append(about).append('\n');
            }
            text.append(
                            switch (finding.path("level").asString()) {
                                case "fail" -> "  FAIL  ";
                                case "warn" -> "  warn  ";
                                case "note" -> "  note  ";
                                default -> "  ok    ";
                            })
                    .append(finding.path("text").asString())
                    .append('\n');
            if (finding.has("remedy")) {
                text.append("        to do: ")
                        .append(finding.path("remedy").asString())
                        .append('\n');
            }
        }
        long failures = count(told, "fail");
        long warnings = count(told, "warn");
        return text.append('\n')
                .append(
                        failures + warnings == 0
                                ? "all is well"
                                : failures
                                        + (failures == 1 ? " failure, " : " failures, ")
                                        + warnings
                                        + (warnings == 1 ? " warning" : " warnings"))
                .append('\n')
                .toString();
    }

    private static long count(JsonNode told, String level) {
        return told.path("findings")
                .valueStream()
                .filter(finding -> finding.path("level").asString().equals(level))
                .count();
    }
}
