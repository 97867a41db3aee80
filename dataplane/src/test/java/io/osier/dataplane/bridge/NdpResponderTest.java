package io.osier.dataplane.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.MacAddress;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NdpResponderTest {
    @Property
    void aLinkLocalAddressMadeByEui64TellsThePodsMacAddress(@ForAll int v4Bits) {
        long mac = MacAddress.ofPod(v4Bits);
        String eui64 = String.format(
                "fe80::%x:%xff:fe%02x:%x",
                (mac >>> 32 & 0xffff) ^ 0x0200, mac >>> 24 & 0xff, mac >>> 16 & 0xff, mac & 0xffff);
        IpAddress address = IpAddress.parse(eui64);

        assertThat(NdpResponder.podMacOfLinkLocal(address.high(), address.low()))
                .isEqualTo(mac);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fe80::1",
                "fe80::858:aff:ff20:2",
                "fe80::a58:aff:fe20:2",
                "fe80:0:0:1:858:aff:fe20:2",
                "fd00::858:aff:fe20:2",
                "fe80::200:ff:fe00:1"
            })
    void anyOtherAddressTellsNothing(String text) {
        IpAddress address = IpAddress.parse(text);

        assertThat(NdpResponder.podMacOfLinkLocal(address.high(), address.low()))
                .isZero();
    }
}
