package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.reconcile.EndpointSelector.Endpoint;
import io.osier.dataplane.packet.IpAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** node-a and node-b are in zone east, node-c is in west, node-d in none. */
class TopologyTest {
    private static final Map<String, String> ZONES = Map.of("node-a", "east", "node-b", "east", "node-c", "west");

    /** {@code NODE/ZONE@FOR}, either left out where nothing is said; {@code NODE!} is leaving. */
    private static Endpoint endpoint(String text) {
        boolean leaving = text.endsWith("!");
        String[] hinted = text.replace("!", "").split("@", -1);
        String[] words = hinted[0].split("/", -1);
        String whom = hinted.length < 2 ? "" : hinted[1];
        return new Endpoint(
                IpAddress.parse("10.0.0.1"),
                80,
                1,
                null,
                words[0].isEmpty() ? null : words[0],
                words.length < 2 ? null : words[1],
                whom.isEmpty()
                        ? null
                        : new EndpointSlice.Hints(
                                whom.startsWith("node-") ? List.of() : List.of(new EndpointSlice.ForZone(whom)),
                                whom.startsWith("node-") ? List.of(new EndpointSlice.ForNode(whom)) : List.of()),
                leaving);
    }

    private static String place(Endpoint endpoint) {
        return (endpoint.node() == null ? "" : endpoint.node())
                + (endpoint.zone() == null ? "" : "/" + endpoint.zone());
    }

    @ParameterizedTest(name = "{1} of {2} on {0}: {3}")
    @CsvSource(
            nullValues = "-",
            value = {
                "node-a, -,              node-a node-b node-c, node-a node-b node-c",
                "node-a, PreferSameNode, node-a node-b node-c, node-a",
                "node-a, PreferSameNode, node-b node-c,        node-b",
                "node-a, PreferSameNode, node-c node-d,        node-c node-d",
                "node-d, PreferSameNode, node-d node-c,        node-d",
                "node-a, PreferSameZone, node-a node-b node-c, node-a node-b",
                "node-a, PreferClose,    node-a node-b node-c, node-a node-b",
                "node-c, PreferSameZone, node-a node-b,        node-a node-b",
                "node-d, PreferSameZone, node-a node-b,        node-a node-b",
                "node-a, PreferSameZone, node-a node-d,        node-a node-d",
                "node-a, PreferSameZone, /east /west,          /east",
                "node-a, PreferSameZone, node-b/west node-c,   node-b/west node-c",
                "node-a, PreferSameNode, node-a /west,         node-a",
                "node-a, PreferSameNode, node-a /east,         node-a /east",
                "node-a, PreferSameNode, node-a! node-b!,      node-a node-b",
                "node-a, PreferSameZone, node-a! node-c!,      node-a node-c",
                "node-a, -,              node-b@west! node-c@east!, node-b node-c",
                "node-a, -,              node-b@west node-c@east,   node-c",
                "node-a, PreferSameNode, node-a@west node-c@east,   node-c",
                "node-a, PreferSameNode, node-a@west node-c@west,   node-a node-c",
                "node-a, PreferSameNode, node-a node-c@east,        node-a node-c",
                "node-a, PreferSameNode, node-a@node-b node-b@node-b, node-a node-b",
                "node-b, PreferSameZone, node-a@node-b node-b@node-a, node-a",
            })
    void prefersWhatIsMeantOrNearIfItIsKnownOfAll(
            String node, @Nullable String distribution, String endpoints, String preferred) {
        List<Endpoint> all = Arrays.stream(endpoints.split(" ", -1))
                .map(TopologyTest::endpoint)
                .toList();

        assertThat(new Topology(node, ZONES)
                        .preferred(all, distribution).stream()
                                .map(TopologyTest::place)
                                .collect(Collectors.joining(" ")))
                .isEqualTo(preferred);
    }
}
