package io.osier.dataplane.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AffinityTableTest {
    private static final long SECOND = 1_000_000_000L;
    private static final List<Backend> BACKENDS = IntStream.range(0, 4)
            .mapToObj(i -> new Backend(IpAddress.parse("10.32.0." + (10 + i)), 8080, 1))
            .toList();

    private final AffinityTable table = new AffinityTable(64);

    private static VirtualService service(String name, List<Backend> backends) {
        return service(name, "10.96.0.10", 80, backends);
    }

    private static VirtualService service(String name, String address, int port, List<Backend> backends) {
        return new VirtualService(
                name,
                IpProtocol.TCP,
                IpAddress.parse(address),
                port,
                backends,
                List.of(),
                ServicePolicy.DEFAULT.withAffinity(60));
    }

    private static final VirtualService WEB = service("default/web:http", BACKENDS);

    @Test
    void aClientIsRememberedForItsTime() {
        table.remember(WEB, 0, 1, BACKENDS.get(2), SECOND);

        assertThat(table.lookup(WEB, 0, 1, 61 * SECOND)).isEqualTo(2);
        assertThat(table.lookup(WEB, 0, 1, 62 * SECOND)).as("too late").isEqualTo(-1);
        assertThat(table.lookup(WEB, 0, 2, SECOND)).as("somebody else").isEqualTo(-1);
        assertThat(table.lookup(service("default/web:https", BACKENDS), 0, 1, SECOND))
                .as("another service")
                .isEqualTo(-1);
    }

    @Test
    void aCopyKnowsTheSameAndGoesItsOwnWay() {
        table.remember(WEB, 0, 1, BACKENDS.get(2), SECOND);
        AffinityTable copy = table.copy();
        copy.remember(WEB, 0, 1, BACKENDS.get(3), 40 * SECOND);
        copy.remember(WEB, 0, 2, BACKENDS.get(3), 40 * SECOND);

        assertThat(copy.lookup(WEB, 0, 1, 80 * SECOND)).isEqualTo(3);
        assertThat(table.lookup(WEB, 0, 1, 61 * SECOND)).isEqualTo(2);
        assertThat(table.lookup(WEB, 0, 1, 80 * SECOND)).isEqualTo(-1);
        assertThat(table.lookup(WEB, 0, 2, 40 * SECOND)).isEqualTo(-1);

        copy.copyFrom(table);
        assertThat(copy.lookup(WEB, 0, 1, 61 * SECOND)).isEqualTo(2);
        assertThat(copy.lookup(WEB, 0, 2, 40 * SECOND)).as("forgotten").isEqualTo(-1);
    }

    @Test
    void aClientIsKnownAtAllAddressesOfAServicePort() {
        table.remember(WEB, 0, 1, BACKENDS.get(2), SECOND);

        assertThat(table.lookup(service(WEB.name(), "172.30.0.1", 30080, BACKENDS), 0, 1, SECOND))
                .isEqualTo(2);
    }

    @Test
    void aBackendThatHasGoneIsForgottenAndOneThatHasMovedIsFound() {
        table.remember(WEB, 0, 1, BACKENDS.get(2), SECOND);

        assertThat(table.lookup(service(WEB.name(), BACKENDS.subList(0, 2)), 0, 1, SECOND))
                .isEqualTo(-1);
        assertThat(table.lookup(service(WEB.name(), BACKENDS.subList(2, 4)), 0, 1, SECOND))
                .isZero();
    }

    @Test
    void theLongestSilentMakesRoom() {
        for (int client = 0; client < 10_000; client++) {
            table.remember(WEB, 0, client, BACKENDS.get(client % 4), client);
        }
        assertThat(table.lookup(WEB, 0, 9_999, 10_000))
                .as("the last one is there")
                .isEqualTo(9_999 % 4);
        long kept = IntStream.range(0, 10_000)
                .filter(client -> table.lookup(WEB, 0, client, 10_000) >= 0)
                .count();
        assertThat(kept).isBetween(32L, 64L);
    }

    /** Whatever it still knows is what a map would know. */
    @Test
    void itNeverKnowsAnythingWrong() {
        AffinityTable roomy = new AffinityTable(4_096);
        Map<Long, Integer> model = new HashMap<>();
        Random random = new Random(1);
        int known = 0;
        for (int i = 0; i < 20_000; i++) {
            long client = random.nextInt(500);
            int port = random.nextInt(2);
            VirtualService service = service("default/web:" + port, BACKENDS);
            long key = client << 16 | port;
            int found = roomy.lookup(service, client, ~client, i);
            if (found >= 0) {
                assertThat(found).isEqualTo(model.get(key));
                known++;
            }
            int given = random.nextInt(4);
            roomy.remember(service, client, ~client, BACKENDS.get(given), i);
            model.put(key, given);
        }
        assertThat(known).isGreaterThan(18_000);
    }
}
