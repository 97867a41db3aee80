package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.port.DropCounters;
import org.junit.jupiter.api.Test;

class TapOverflowTest {
    private static final String INTERFACES = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:     110       2    0    7    0     0          0         0      110       2    0    8    0     0       0          0
              eth0: 1234567    2048    0    5    0     0          0         0 13779744  130000    0 21885    0     0       0          0
            """;

    private final DropCounters drops = new DropCounters();

    @Test
    void theKernelsTableSaysWhatAnInterfaceCouldNotSend() {
        assertThat(TapOverflow.transmitDropped(INTERFACES, "eth0")).isEqualTo(21_885);
        assertThat(TapOverflow.transmitDropped(INTERFACES, "lo")).isEqualTo(8);
        assertThat(TapOverflow.transmitDropped(INTERFACES, "eth1")).isZero();
    }

    @Test
    void onlyWhatIsNewIsCounted() {
        TapOverflow overflow = TapOverflow.unknown();

        overflow.count(10, drops);
        overflow.count(10, drops);
        overflow.count(0, drops); // the device has gone
        overflow.count(12, drops);

        assertThat(drops.packets(DropReason.PORT_OVERFLOW)).isEqualTo(12);
    }
}
