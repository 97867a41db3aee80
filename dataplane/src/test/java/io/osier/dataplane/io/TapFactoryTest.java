package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("namespaces")
class TapFactoryTest {
    private static final PortId WEB = new PortId(PortKind.POD, "web-1");
    private static final long MAC = 0x0a58_0a20_0002L;

    @AutoClose
    private final TestNamespace pod = new TestNamespace();

    private final TapConfig eth0 = new TapConfig(WEB, pod.namespace(), "eth0", MAC, Set.of());

    TapFactoryTest() throws IOException {}

    @Test
    void aDeviceIsBornInsideWithItsNameAndAddressAndStaysWhenItIsLetGo() throws Exception {
        TestTaps.open(eth0).close();

        assertThat(pod.ip("-d", "link", "show", "eth0"))
                .contains("0a:58:0a:20:00:02")
                .contains("tun type tap pi off vnet_hdr on persist on");
    }

    @Test
    void aDeviceIsTakenUpAgainAsItWas() throws Exception {
        TestTaps.open(eth0).close();
        pod.ip("address", "add", "10.32.0.2/12", "dev", "eth0");
        pod.ip("link", "set", "eth0", "up");
        pod.ip("neighbour", "add", "10.32.0.3", "lladdr", "0a:58:0a:20:00:03", "nud", "permanent", "dev", "eth0");

        try (TapPort again = TestTaps.open(eth0)) {
            assertThat(again.isGone()).isFalse();
            assertThat(pod.ip("address", "show", "eth0")).contains("10.32.0.2/12");
            assertThat(pod.ip("neighbour")).contains("0a:58:0a:20:00:03");
        }
    }

    @Test
    void aDeviceThatSomebodyHoldsIsBusy() throws Exception {
        try (TapPort holder = TestTaps.open(eth0)) {
            assertThat(holder.isGone()).isFalse();
            assertThatThrownBy(() -> TestTaps.open(eth0))
                    .isInstanceOfSatisfying(
                            SystemCallException.class,
                            e -> assertThat(e.errno()).isEqualTo(Libc.EBUSY))
                    .hasMessage("interface eth0 in network namespace /run/netns/" + pod.name()
                            + ": busy: another process, an agent perhaps, holds it");
        }
    }

    @Test
    void anInterfaceOfAnotherKindIsNotTakenOver() throws Exception {
        pod.ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth1");

        assertThatThrownBy(() -> TestTaps.open(eth0))
                .hasMessageContaining("it exists and is no TAP of ours")
                .hasMessageContaining("ip link delete eth0");
        assertThat(pod.ip("-d", "link", "show", "eth0")).contains("veth");
    }

    @Test
    void aDeviceThatCannotBeSetUpIsNotLeftBehind() throws Exception {
        TapConfig impossible = new TapConfig(WEB, pod.namespace(), "eth0", MAC, Set.of(TapOffload.TSO4));

        assertThatThrownBy(() -> TestTaps.open(impossible)).hasMessageContaining("offloads of interface eth0");
        assertThat(pod.ip("link")).doesNotContain("eth0");
    }

    @Test
    void aNameThatNoInterfaceCanHaveIsRefused() {
        for (String name : new String[] {"", "sixteen-letters-", "a/b", "a b", "eth%d"}) {
            TapConfig config = new TapConfig(WEB, pod.namespace(), name, MAC, Set.of());
            assertThatThrownBy(() -> TestTaps.open(config)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aNameOfFifteenLettersIsTheLongest() throws Exception {
        TestTaps.open(new TapConfig(WEB, pod.namespace(), "fifteen-letters", MAC, Set.of()))
                .close();

        assertThat(pod.ip("link")).contains("fifteen-letters");
    }

    @Test
    void theOffloadsThatAreFoundAcceptedCanBeAskedFor() throws Exception {
        Set<TapOffload> accepted = TapFactory.acceptedOffloads();

        assertThat(accepted).containsAll(EnumSet.of(TapOffload.CSUM, TapOffload.TSO4, TapOffload.TSO6));
        try (TapPort tap = TestTaps.open(new TapConfig(WEB, pod.namespace(), "eth0", MAC, accepted))) {
            assertThat(tap.isGone()).isFalse();
        }
    }
}
