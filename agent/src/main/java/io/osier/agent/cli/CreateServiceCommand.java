package io.osier.agent.cli;

import io.osier.agent.model.Json;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code osier create service}. */
@Command(
        name = "service",
        aliases = "svc",
        description = "Creates a service: a virtual address in front of the pods that its selector picks.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier create service web --port 80:8080 --selector app=web",
            "  osier create service dns --port 53:5353/udp --selector app=dns --cluster-ip 10.96.0.10",
            "  osier create service web --port 80:8080 --ip-family-policy RequireDualStack",
            "  osier create service shop --port 80:8080 --type NodePort --node-port 30080"
        })
final class CreateServiceCommand extends CreateObjectCommand {
    private static final Pattern PORT = Pattern.compile("(\\d+)(?::([A-Za-z0-9-]+))?(?:/(tcp|udp|sctp))?");

    @Option(
            names = "--port",
            required = true,
            paramLabel = "PORT:TARGET[/tcp|udp|sctp]",
            description = "A port, and where it leads to; may be given again")
    List<String> ports = List.of();

    @Option(
            names = {"-l", "--selector"},
            paramLabel = "K=V",
            split = ",",
            converter = Label.Converter.class,
            description = "Labels of its pods; the service's name as app, if left out")
    List<Label> selector = List.of();

    @Option(names = "--cluster-ip", paramLabel = "IP", description = "Its address in the service range, or None")
    @Nullable
    String clusterIp;

    @Option(
            names = "--ip-family-policy",
            paramLabel = "POLICY",
            description = "SingleStack, PreferDualStack or RequireDualStack: an IPv4 address, or one of IPv6, too")
    @Nullable
    String ipFamilyPolicy;

    @Option(
            names = "--ip-families",
            paramLabel = "FAMILY",
            split = ",",
            description = "IPv4, IPv6 or both, the primary one first")
    List<String> ipFamilies = List.of();

    @Option(names = "--type", paramLabel = "TYPE", description = "ClusterIP, NodePort or LoadBalancer")
    @Nullable
    String type;

    @Option(
            names = "--node-port",
            paramLabel = "PORT",
            description = "The port of every node that leads to the first --port; chosen if left out")
    @Nullable
    Integer nodePort;

    @Option(
            names = "--external-ip",
            paramLabel = "IP",
            description = "An address that leads to the nodes; may be given again")
    List<String> externalIps = List.of();

    @Option(names = "--load-balancer-ip", paramLabel = "IP", description = "The load balancer's address")
    @Nullable
    String loadBalancerIp;

    @Option(
            names = "--external-traffic-policy",
            paramLabel = "POLICY",
            description =
                    "Local: who comes from outside meets pods of that node, under his own address; Cluster: all pods")
    @Nullable
    String externalTrafficPolicy;

    @Option(
            names = "--session-affinity",
            paramLabel = "AFFINITY",
            description = "ClientIP: a client that comes again gets the pod that it had; None: by chance")
    @Nullable
    String affinity;

    CreateServiceCommand() {
        super(Kinds.SERVICES);
    }

    @Override
    void describe(ObjectNode service) {
        ObjectNode spec = service.putObject("spec");
        spec.set("selector", Label.tree(selector.isEmpty() ? List.of(new Label("app", name)) : selector));
        ArrayNode list = spec.putArray("ports");
        ports.forEach(port -> addPort(list, port));
        put(spec, "clusterIP", clusterIp);
        put(spec, "ipFamilyPolicy", ipFamilyPolicy);
        if (!ipFamilies.isEmpty()) {
            spec.set("ipFamilies", Json.tree(ipFamilies));
        }
        put(spec, "type", type);
        put(spec, "sessionAffinity", affinity);
        put(spec, "loadBalancerIP", loadBalancerIp);
        put(spec, "externalTrafficPolicy", externalTrafficPolicy);
        if (!externalIps.isEmpty()) {
            spec.set("externalIPs", Json.tree(externalIps));
        }
        if (nodePort != null && list.get(0) instanceof ObjectNode first) {
            first.put("nodePort", nodePort);
        }
    }

    private void addPort(ArrayNode list, String text) {
        Matcher matcher = PORT.matcher(text);
        if (!matcher.matches()) {
            throw CliException.usage(
                    "create service: --port " + text + ": write PORT:TARGET[/tcp|udp|sctp], as in 80:8080");
        }
        String protocol = matcher.group(3) == null ? "tcp" : matcher.group(3);
        int number = number(matcher.group(1));
        checkIsNew(list, text, number, protocol.toUpperCase(Locale.ROOT));
        ObjectNode port = list.addObject();
        if (ports.size() > 1) {
            port.put("name", "p" + number + "-" + protocol);
        }
        port.put("protocol", protocol.toUpperCase(Locale.ROOT)).put("port", number);
        String target = matcher.group(2) == null ? matcher.group(1) : matcher.group(2);
        if (target.chars().allMatch(Character::isDigit)) {
            port.put("targetPort", number(target));
        } else {
            port.put("targetPort", target);
        }
    }

    /** The names are made here, and nobody is to hear that one of them is there twice. */
    private static void checkIsNew(ArrayNode list, String text, int number, String protocol) {
        for (JsonNode other : list) {
            if (other.path("port").asInt() == number
                    && other.path("protocol").asString().equals(protocol)) {
                throw CliException.usage(
                        "create service: --port " + text + ": Duplicate value: \"" + number + "/" + protocol + "\"");
            }
        }
    }

    private static int number(String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw CliException.usage("create service: --port " + digits + ": must be between 1 and 65535");
        }
    }

    private static void put(ObjectNode spec, String field, @Nullable String value) {
        if (value != null) {
            spec.put(field, value);
        }
    }
}
