package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.agent.reconcile.NodeSettings;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.packet.EmbeddingPrefix;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code create node} takes, and what could not work. */
class ForeignNodeCheckTest {
    private static final Ipv6Ranges RANGES =
            new Ipv6Ranges(EmbeddingPrefix.parse("fd00:1::/96"), IpPrefix.parse("fd00:2::/112"));

    private static ForeignNodeCheck check(@Nullable Ipv6Ranges ipv6, String underlay) {
        return new ForeignNodeCheck(
                new NodeSettings(
                        "node-a",
                        IpPrefix.parse("10.32.0.0/12"),
                        IpPrefix.parse("10.96.0.0/12"),
                        ipv6,
                        IpPrefix.parse("10.32.0.0/24"),
                        true),
                IpAddress.parse(underlay));
    }

    private static final ForeignNodeCheck CHECK = check(RANGES, "172.30.0.1");

    private static List<IpPrefix> ranges(String words) {
        return Arrays.stream(words.split(" ")).map(IpPrefix::parse).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, a loopback address",
        "224.0.0.1, must be the address of one machine",
        "255.255.255.255, must be the address of one machine",
        "0.0.0.0, no machine's address",
        "::, the underlay is of IPv4: 172.30.0.1",
        "fd00::9, the underlay is of IPv4: 172.30.0.1",
        "10.32.9.1, in the pod range 10.32.0.0/12: the underlay's addresses are others",
        "10.47.255.255, in the pod range 10.32.0.0/12: the underlay's addresses are others",
        "10.96.0.10, in the service range 10.96.0.0/12: the underlay's addresses are others",
    })
    void noTunnelEndsThere(String address, String why) {
        assertThatThrownBy(() -> CHECK.checkAddress(IpAddress.parse(address)))
                .isInstanceOf(ApiError.class)
                .hasMessage("status.addresses: Invalid value: \"" + address + "\": " + why);
    }

    @ParameterizedTest
    @CsvSource({
        "::1, a loopback address",
        "ff02::1, must be",
        "::, no machine's",
        "10.0.0.9, the underlay is of IPv6",
        "fd00:1::a20:2, in the pod range fd00:1::/96",
        "fd00:2::a, in the service range fd00:2::/112"
    })
    void noTunnelOfIpv6EndsThere(String address, String why) {
        assertThatThrownBy(() -> check(RANGES, "fd00:9::1").checkAddress(IpAddress.parse(address)))
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource({
        "172.30.0.1, 172.30.0.9",
        "172.30.0.1, 192.0.2.7",
        "172.30.0.1, 10.48.0.1",
        "fd00:9::1, fd00:9::2",
        "fe80::1, fe80::2"
    })
    void otherMachinesOfTheUnderlaysFamilyAreTaken(String underlay, String address) {
        assertThatCode(() -> check(RANGES, underlay).checkAddress(IpAddress.parse(address)))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "10.96.1.0/24, overlaps the service range 10.96.0.0/12",
        "10.32.9.0/24 10.0.0.0/8, overlaps the service range 10.96.0.0/12",
        "0.0.0.0/0, overlaps the service range 10.96.0.0/12",
        "fd00:1::/64, 'give an IPv4 range, from which IPv6 addresses follow'",
        "10.32.9.0/24 fd00:9::/64, its IPv6 addresses follow from 10.32.9.0/24 and are in fd00:1::a20:900/120"
    })
    void noPacketGoesThere(String ranges, String why) {
        assertThatThrownBy(() -> CHECK.checkRanges(ranges(ranges)))
                .isInstanceOf(ApiError.class)
                .hasMessageStartingWith("spec.podCIDRs: Invalid value: \"")
                .hasMessageEndingWith(": " + why);
    }

    @Test
    void withoutIpv6ThereIsNoneThereEither() {
        assertThatThrownBy(() -> check(null, "172.30.0.1").checkRanges(ranges("10.32.9.0/24 fd00:1::a20:900/120")))
                .hasMessageEndingWith("no packet is sent there: the cluster has no IPv6");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.32.9.0/24", "10.32.9.0/24 10.32.10.0/24", "10.32.9.0/24 fd00:1::a20:900/120"})
    void rangesThatAreReachedAreTaken(String ranges) {
        assertThatCode(() -> CHECK.checkRanges(ranges(ranges))).doesNotThrowAnyException();
    }
}
