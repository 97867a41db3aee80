package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code osier explain}. */
@Command(
        name = "explain",
        description = "Says what would become of a pod's packet now, step by step; sends none.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier explain --from web-1 --to 10.32.1.2",
            "  osier explain --from web-1 --to 10.96.0.10:80",
            "  osier explain --from web-1 --to 10.96.0.10:53 --proto udp -o json",
            "  osier explain --from web-1 --to '[fd6f:7369:6572:2::a]:80'"
        })
final class ExplainCommand extends ApiCommand {
    private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "icmp");

    @Option(names = "--from", paramLabel = "POD", required = true, description = "Whose packet")
    String from = "";

    @Option(
            names = "--to",
            paramLabel = "IP[:PORT]",
            required = true,
            description = "Where to; for IPv6 [IP]:PORT, or IP")
    String to = "";

    @Option(
            names = "--proto",
            paramLabel = "PROTO",
            description = "tcp, udp or icmp; tcp if there is a port, otherwise icmp")
    @Nullable
    String proto;

    private Destination destination = new Destination("", "");
    private String protocol = "";

    @Override
    void prepare() {
        destination = Destination.parse("explain", to);
        String port = destination.port();
        protocol = proto != null ? proto : port.isEmpty() ? "icmp" : "tcp";
        if (!PROTOCOLS.contains(protocol)) {
            throw CliException.usage("explain: --proto " + protocol + ": must be tcp, udp or icmp");
        }
        if (protocol.equals("icmp") != port.isEmpty()) {
            String form = to.contains(":") ? "[IP]:PORT" : "IP:PORT";
            throw CliException.usage("explain: --to " + to + ": "
                    + (port.isEmpty() ? protocol + " needs a port: " + form : "icmp has no port"));
        }
    }

    @Override
    Set<OutputFormat> formats() {
        return OutputFormat.TREES;
    }

    @Override
    int run(ApiClient agent) {
        JsonNode told = agent.get("/osier/v1/explain?pod=" + encode(from) + "&namespace=" + encode(options().namespace)
                + "&to=" + encode(destination.address()) + "&port=" + encode(destination.port()) + "&proto="
                + encode(protocol));
        print(options().output.write(told, ExplainCommand::text));
        return 0;
    }

    private static String text(JsonNode told) {
        StringBuilder text = new StringBuilder();
        text.append(string(told, "packet"))
                .append(", from pod ")
                .append(string(told, "pod"))
                .append(" on ")
                .append(string(told, "node"))
                .append('\n');
        JsonNode neighbor = told.path("neighbor");
        String who = string(neighbor, "address") + (neighbor.path("gateway").asBoolean() ? ", its gateway" : "");
        boolean ipv6 = string(neighbor, "address").contains(":");
        text.append(ipv6 ? "  ndp      who has " : "  arp      who has ")
                .append(who)
                .append("? ");
        if (!neighbor.has("mac")) {
            text.append("nobody is known to\n");
            steps(text, neighbor.path("steps"));
            return text.toString();
        }
        text.append(string(neighbor, "mac")).append('\n');
        JsonNode service = told.path("service");
        if (!service.isMissingNode()) {
            text.append("  service  ")
                    .append(string(service, "name"))
                    .append(", ")
                    .append(count(service.path("backends").asInt(), "backend"));
            if (!string(service, "balance").equals("random")) {
                text.append(" by ").append(string(service, "balance"));
            }
            if (service.path("openFlows").asInt() > 0) {
                text.append("; ")
                        .append(count(service.path("openFlows").asInt(), "open flow"))
                        .append(" of this pod to it, each stays with its own");
            }
            text.append('\n');
        }
        for (JsonNode way : told.path("ways")) {
            if (way.has("backend")) {
                text.append("  ")
                        .append(chance(way))
                        .append("backend ")
                        .append(string(way, "backend"))
                        .append(way.path("sessionAffinity").asBoolean() ? ", by session affinity" : "")
                        .append('\n');
            }
            steps(text, way.path("steps"));
        }
        return text.toString();
    }

    /** How likely a new flow gets this backend, where that is a matter of chance. */
    private static String chance(JsonNode way) {
        if (!way.has("probability")) {
            return "";
        }
        BigDecimal share = new BigDecimal(way.path("probability").asDouble(), new MathContext(3));
        return "p=" + share.stripTrailingZeros().toPlainString() + " ";
    }

    private static void steps(StringBuilder text, JsonNode steps) {
        for (JsonNode step : steps) {
            text.append("    ").append(string(step, "node")).append("  ");
            if (step.has("unknown")) {
                text.append("not known what happens there: ")
                        .append(string(step, "unknown"))
                        .append('\n');
                continue;
            }
            if (step.has("translation")) {
                text.append(string(step, "translation"))
                        .append('\n')
                        .append("    ")
                        .append(string(step, "node"))
                        .append("  ");
            }
            for (JsonNode verdict : step.path("policies")) {
                text.append(verdict.asString())
                        .append('\n')
                        .append("    ")
                        .append(string(step, "node"))
                        .append("  ");
            }
            text.append(
                            step.has("dropped")
                                    ? "dropped: " + string(step, "dropped") + " (" + string(step, "why") + ")"
                                    : way(step))
                    .append(": ")
                    .append(string(step, "packet"))
                    .append('\n');
        }
    }

    private static String way(JsonNode step) {
        String answer = step.path("answer").asBoolean() ? "answered to " : "out to ";
        return answer
                + switch (string(step, "kind")) {
                    case "tunnel" -> string(step, "port") + " by VXLAN to " + string(step, "to");
                    case "host" -> "the host, whose kernel has it from there";
                    default -> "pod " + string(step, "port");
                };
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static String string(JsonNode node, String field) {
        return node.path(field).asString("");
    }
}
