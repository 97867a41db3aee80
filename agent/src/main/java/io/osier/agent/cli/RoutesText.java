package io.osier.agent.cli;

import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Routes as {@code netstat} prints them, to the space. */
final class RoutesText {
    private static final String IPV4_HEADERS =
            "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n";
    private static final String IPV6_HEADERS =
            "Destination                    Next Hop                   Flag Met Ref  Use If\n";

    private RoutesText() {}

    static String of(List<JsonNode> routes, boolean headers) {
        boolean ipv6 = !routes.isEmpty() && routes.get(0).has("nextHop");
        return (headers ? ipv6 ? IPV6_HEADERS : IPV4_HEADERS : "") + (ipv6 ? ipv6(routes) : ipv4(routes));
    }

    /** {@code netstat -rn}. */
    private static String ipv4(List<JsonNode> routes) {
        StringBuilder text = new StringBuilder();
        for (JsonNode route : routes) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-15s %-15s %-15s %-6s %4d %-5d %6d %s%n",
                    string(route, "destination"),
                    string(route, "gateway"),
                    string(route, "genmask"),
                    string(route, "flags"),
                    route.path("mss").asInt(),
                    route.path("window").asInt(),
                    route.path("irtt").asInt(),
                    string(route, "iface")));
        }
        return text.toString();
    }

    /** {@code netstat -rn6}, as that of Debian 12. */
    private static String ipv6(List<JsonNode> routes) {
        StringBuilder text = new StringBuilder();
        for (JsonNode route : routes) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-30s %-26s %-4s %-3d %-1d%7d %s%n",
                    string(route, "destination"),
                    string(route, "nextHop"),
                    string(route, "flags"),
                    route.path("metric").asInt(),
                    route.path("ref").asInt(),
                    route.path("use").asInt(),
                    string(route, "iface")));
        }
        return text.toString();
    }

    private static String string(JsonNode route, String field) {
        return route.path(field).asString("");
    }
}
