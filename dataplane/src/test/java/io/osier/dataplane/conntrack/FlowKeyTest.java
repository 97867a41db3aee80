package io.osier.dataplane.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import java.util.BitSet;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class FlowKeyTest {
    private static final long CLIENT = IpAddress.parse("10.32.0.2").low();
    private static final long SERVICE = IpAddress.parse("10.96.0.10").low();
    private static final long SALT = 0x1234_5678_9abc_def0L;

    @Test
    void flowsThatDifferInTheSourcePortAloneSpreadOverAllBuckets() {
        assertSpreads(port -> key(CLIENT, port, SERVICE, 80));
    }

    @Test
    void flowsThatDifferInTheDestinationPortAloneSpreadOverAllBuckets() {
        assertSpreads(port -> key(CLIENT, 4000, SERVICE, port));
    }

    @Test
    void flowsThatDifferInTheSourceAddressAloneSpreadOverAllBuckets() {
        assertSpreads(i -> key(CLIENT + i, 4000, SERVICE, 80));
    }

    @Test
    void flowsThatDifferInTheDestinationAddressAloneSpreadOverAllBuckets() {
        assertSpreads(i -> key(CLIENT, 4000, SERVICE + i, 80));
    }

    @Test
    void ipv6FlowsThatDifferInTheUpperHalvesAloneSpreadOverAllBuckets() {
        assertSpreads(i -> new FlowKey().set(IpProtocol.TCP, (long) i << 16, 1, 4000, 0xfd00L << 48, 2, 80));
        assertSpreads(i -> new FlowKey().set(IpProtocol.TCP, 0xfd00L << 48, 1, 4000, (long) i << 16, 2, 80));
    }

    @Test
    void anotherSaltIsAnotherHash() {
        assertThat(key(CLIENT, 4000, SERVICE, 80).hash(1))
                .isNotEqualTo(key(CLIENT, 4000, SERVICE, 80).hash(2));
    }

    @Test
    void theWayBackIsAnotherKey() {
        assertThat(key(CLIENT, 4000, SERVICE, 80).hash(SALT))
                .isNotEqualTo(key(SERVICE, 80, CLIENT, 4000).hash(SALT));
    }

    /** 65,536 keys thrown at random into 524,288 buckets hit 61,606 different ones on average, give or take a hundred. */
    private static void assertSpreads(IntFunction<FlowKey> keys) {
        BitSet hit = new BitSet();
        for (int i = 0; i < 65_536; i++) {
            hit.set(keys.apply(i).hash(SALT) & 524_287);
        }
        assertThat(hit.cardinality()).isBetween(61_100, 62_100);
    }

    private static FlowKey key(long from, int fromPort, long to, int toPort) {
        return new FlowKey().set(IpProtocol.TCP, 0, from, fromPort, 0, to, toPort);
    }
}
