package io.osier.dataplane.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Who has which port, against maps that say it naively. */
class MasqueradePortsTest {
    private static final int TCP = 6;

    @Property(tries = 100)
    void aPortIsItsFirstClientsUntilItsLastFlowEnds(@ForAll long seed) {
        Random random = new Random(seed);
        MasqueradePorts ports = new MasqueradePorts();
        Map<Integer, Long> owners = new HashMap<>();
        Map<Integer, Integer> flows = new HashMap<>();
        for (int i = 0; i < 400; i++) {
            int port = random.nextInt(40);
            long client = random.nextInt(3);
            if (random.nextInt(5) < 3) {
                ports.add(client, TCP, true, port);
                owners.putIfAbsent(port, client);
                if (owners.get(port) == client) {
                    flows.merge(port, 1, Integer::sum);
                }
            } else {
                ports.remove(client, TCP, true, port);
                if (owners.getOrDefault(port, -1L) == client && flows.merge(port, -1, Integer::sum) == 0) {
                    owners.remove(port);
                    flows.remove(port);
                }
            }
        }
        for (int port = 0; port < 40; port++) {
            assertThat(ports.isTaken(TCP, true, port)).isEqualTo(owners.containsKey(port));
            for (long client = 0; client < 3; client++) {
                assertThat(ports.isOf(client, TCP, true, port)).isEqualTo(owners.getOrDefault(port, -1L) == client);
            }
        }
    }

    @Test
    void protocolsAndFamiliesHavePortsOfTheirOwn() {
        MasqueradePorts ports = new MasqueradePorts();
        ports.add(1, TCP, true, 4000);

        assertThat(ports.isOf(1, TCP, true, 4000)).isTrue();
        assertThat(ports.isOf(2, TCP, true, 4000)).isFalse();
        assertThat(ports.isTaken(TCP, true, 4000)).isTrue();
        assertThat(ports.isTaken(17, true, 4000)).isFalse();
        assertThat(ports.isTaken(TCP, false, 4000)).isFalse();
    }

    @Test
    void aPortThatFindsNoRoomIsNobodysAndHarmsNobody() {
        MasqueradePorts ports = new MasqueradePorts();
        for (int port = 0; port < 20_000; port++) {
            ports.add(port, TCP, true, port);
        }
        assertThat(ports.isOf(1, TCP, true, 1)).isTrue();
        assertThat(ports.isTaken(TCP, true, 19_999)).isFalse();

        for (int port = 0; port < 20_000; port++) {
            ports.remove(port, TCP, true, port);
        }
        ports.add(7, TCP, true, 19_999);
        assertThat(ports.isOf(7, TCP, true, 19_999)).isTrue();
        assertThat(ports.isTaken(TCP, true, 1)).isFalse();
    }
}
