package io.osier.dataplane.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.osier.dataplane.packet.DropReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches, names and counters. */
class PortTest {
    @Test
    void aBatchKeepsItsFramesForTheNextOne() {
        FrameBatch batch = new FrameBatch(3);
        batch.setSize(2);

        assertThat(batch.capacity()).isEqualTo(3);
        assertThat(batch.size()).isEqualTo(2);
        assertThat(batch.frame(0)).isNotSameAs(batch.frame(1));
        var first = batch.frame(0);
        batch.setSize(3);
        assertThat(batch.frame(0)).isSameAs(first);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 4})
    void aBatchHoldsNoMoreThanItsFrames(int size) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> new FrameBatch(3).setSize(size));
    }

    @Test
    void aPortIsNamedByItsKindAndName() {
        assertThat(new PortId(PortKind.POD, "web-1")).hasToString("tap:web-1");
        assertThat(new PortId(PortKind.HOST, "osier0")).hasToString("host:osier0");
        assertThat(new PortId(PortKind.TUNNEL, "node-b")).hasToString("vxlan:node-b");
    }

    @Test
    void countersAddUp() {
        PortCounters counters = new PortCounters();
        counters.received(100);
        counters.received(50);
        counters.transmitted(3, 4_000_000_000L);

        assertThat(counters.receivedPackets()).isEqualTo(2);
        assertThat(counters.receivedBytes()).isEqualTo(150);
        assertThat(counters.transmittedPackets()).isEqualTo(3);
        assertThat(counters.transmittedBytes()).isEqualTo(4_000_000_000L);
    }

    @ParameterizedTest
    @EnumSource
    void everyDropReasonIsCountedApart(DropReason reason) {
        DropCounters drops = new DropCounters();
        drops.count(reason);
        drops.count(reason);

        assertThat(drops.packets(reason)).isEqualTo(2);
        assertThat(drops.total()).isEqualTo(2);
    }
}
