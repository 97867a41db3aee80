package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.port.DropCounters;
import io.osier.dataplane.port.PortCounters;
import java.io.IOException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the kernel says about ways, asked from a thread that is in another namespace. */
@Tag("namespaces")
class RouteMtuTest {
    private static final IpAddress FAR = IpAddress.parse("172.30.0.2");

    @AutoClose
    private final TestNamespace node = new TestNamespace();

    private final DropCounters drops = new DropCounters();

    RouteMtuTest() throws IOException {}

    @BeforeEach
    void anUnderlay() throws IOException {
        node.ip("link", "add", "eth0", "mtu", "1500", "type", "veth", "peer", "name", "eth1");
        node.ip("address", "add", "172.30.0.1/24", "dev", "eth0");
        node.exec("sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=0");
        node.ip("address", "add", "fd00::1/64", "dev", "eth0", "nodad");
        node.ip("link", "set", "eth1", "up");
        node.ip("link", "set", "eth0", "up");
        node.ip("route", "add", "172.30.0.3", "dev", "eth0", "mtu", "1300");
        node.ip("route", "add", "fd00::3", "dev", "eth0", "mtu", "1400");
    }

    private UdpPort open(String local) throws IOException {
        return node.namespace().call(() -> UdpPort.open(IpAddress.parse(local), 4789, drops));
    }

    @ParameterizedTest(name = "from {0} to {1}: {2}")
    @CsvSource({
        "172.30.0.1, 172.30.0.2, 1500",
        "172.30.0.1, 172.30.0.3, 1300",
        "172.30.0.1, 192.0.2.1, 0",
        "172.30.0.1, fd00::3, 0",
        "fd00::1, fd00::2, 1500",
        "fd00::1, fd00::3, 1400",
        "::, fd00::3, 1400",
        "::, 172.30.0.3, 1300",
        "::, 172.30.0.2, 1500"
    })
    void theWaysMtuIsTheRoutesOrTheDevices(String local, String node, int mtuBytes) throws IOException {
        try (UdpPort port = open(local)) {
            assertThat(port.mtuBytes(IpAddress.parse(node))).isEqualTo(mtuBytes);
        }
    }

    @Test
    void eachQuestionIsAnsweredAnew() throws IOException {
        try (UdpPort port = open("::")) {
            assertThat(port.mtuBytes(FAR)).isEqualTo(1500);
            assertThat(port.mtuBytes(IpAddress.parse("fd00::3"))).isEqualTo(1400);
            assertThat(port.mtuBytes(IpAddress.parse("192.0.2.1"))).isZero();

            node.ip("link", "set", "eth0", "mtu", "1400");

            assertThat(port.mtuBytes(FAR)).isEqualTo(1400);
        }
    }

    @Test
    void aClosedPortKnowsNothing() throws IOException {
        UdpPort port = open("172.30.0.1");
        port.close();

        assertThat(port.mtuBytes(FAR)).isZero();
    }

    @Test
    void aPortTellsOnceWhatWasTooLong() throws IOException {
        try (UdpPort port = open("172.30.0.1")) {
            Frame frame = new Frame();
            frame.reset(0, 1_473);
            port.send(FAR, frame, 0, 1_472, new PortCounters());
            port.flush();
            assertThat(port.takeTooLongFor()).isNull();

            port.send(FAR, frame, 0, 1_473, new PortCounters());
            port.flush();

            assertThat(port.takeTooLongFor()).isEqualTo(FAR);
            assertThat(port.takeTooLongFor()).isNull();
        }
    }
}
