package io.osier.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.host.OwnDevices.Clash;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.net.SocketException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Found by the one device that every machine has. */
class OwnDevicesTest {
    @Test
    void theDeviceOfAnAddress() throws SocketException {
        assertThat(OwnDevices.holding(IpAddress.parse("127.0.0.1"))).hasValueSatisfying(device -> {
            assertThat(device.name()).isEqualTo("lo");
            assertThat(device.mtuBytes()).isPositive();
        });
        assertThat(OwnDevices.holding(IpAddress.parse("203.0.113.1"))).isEmpty();
    }

    @Test
    void addressesInTheClustersRanges() throws SocketException {
        assertThat(OwnDevices.clashes(List.of(IpPrefix.parse("127.0.0.0/8"), IpPrefix.parse("203.0.113.0/24"))))
                .contains(new Clash("lo", "127.0.0.1", "127.0.0.0/8"))
                .allMatch(clash -> clash.range().equals("127.0.0.0/8"));
    }
}
