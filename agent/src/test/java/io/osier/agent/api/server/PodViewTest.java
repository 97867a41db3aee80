package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.reconcile.ClusterState;
import io.osier.agent.reconcile.ForwardingStateCompiler;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.packet.EmbeddingPrefix;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From where a pod sends, and whose MAC address it asks for. */
class PodViewTest {
    private static final Ipv6Ranges IPV6 =
            new Ipv6Ranges(EmbeddingPrefix.parse("fd00:1::/96"), IpPrefix.parse("fd00:2::/112"));

    private static PodView pod(@Nullable Ipv6Ranges ipv6) {
        NodeSettings settings = new NodeSettings(
                "node-a",
                IpPrefix.parse("10.32.0.0/12"),
                IpPrefix.parse("10.96.0.0/12"),
                ipv6,
                IpPrefix.parse("10.32.0.0/24"),
                true);
        ForwardingState state = new ForwardingStateCompiler(settings).compile(ClusterState.EMPTY, 1);
        return new PodView(state, IpAddress.parse("10.32.0.2"));
    }

    @ParameterizedTest
    @CsvSource({
        "10.32.1.2,         10.32.0.2,             10.32.1.2",
        "10.96.0.10,        10.32.0.2,             10.32.0.1",
        "192.0.2.1,         10.32.0.2,             10.32.0.1",
        "fd00:1::a20:102,   fd00:1::a20:2,         fd00:1::a20:102",
        "fd00:1::a20:1,     fd00:1::a20:2,         fd00:1::a20:1",
        "fd00:1::c000:201,  fd00:1::a20:2,         fd00:1::a20:1",
        "fd00:2::a,         fd00:1::a20:2,         fd00:1::a20:1",
        "2001:db8::1,       fd00:1::a20:2,         fd00:1::a20:1",
        "fe80::1,           fe80::858:aff:fe20:2,  fe80::1",
    })
    void sourceAndNeighborAreOfTheDestinationsFamily(String to, String source, String neighbor) {
        PodView pod = pod(IPV6);
        assertThat(pod.sourceTo(IpAddress.parse(to))).hasToString(source);
        assertThat(pod.neighborTo(IpAddress.parse(to))).hasToString(neighbor);
    }

    @Test
    void withoutARangeThereAreLinkLocalAddressesOnly() {
        assertThat(pod(null).sourceTo(IpAddress.parse("2001:db8::1"))).isNull();
        assertThat(pod(null).sourceTo(IpAddress.parse("fe80::1"))).hasToString("fe80::858:aff:fe20:2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.32.0.2", "127.0.0.1", "127.8.0.1", "fd00:1::a20:2", "::1", "fe80::858:aff:fe20:2"})
    void whatAPodSaysToItselfStaysThere(String to) {
        assertThat(pod(IPV6).keeps(IpAddress.parse(to))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.32.0.1", "128.0.0.1", "fd00:1::a20:1", "::2", "fe80::1"})
    void whatItSaysToOthersDoesNot(String to) {
        assertThat(pod(IPV6).keeps(IpAddress.parse(to))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "224.0.0.1, true",
        "239.255.255.255, true",
        "240.0.0.1, false",
        "223.0.0.1, false",
        "ff02::1, true",
        "fe80::1, false"
    })
    void groups(String address, boolean group) {
        assertThat(PodView.isGroup(IpAddress.parse(address))).isEqualTo(group);
    }

    @ParameterizedTest
    @CsvSource({
        "255.255.255.255, true",
        "10.47.255.255, true",
        "10.32.0.255, false",
        "10.47.255.254, false",
        "10.32.0.0, false",
        "fd00:1::ffff:ffff, false"
    })
    void everybodyIsOnTheWholeSegment(String address, boolean broadcast) {
        assertThat(pod(IPV6).isBroadcast(IpAddress.parse(address))).isEqualTo(broadcast);
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0, true", ":: , true", "0.0.0.1, false", "::1, false"})
    void nobody(String address, boolean nobody) {
        assertThat(PodView.isUnspecified(IpAddress.parse(address))).isEqualTo(nobody);
    }
}
