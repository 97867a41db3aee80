package io.osier.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class Ipv6HeaderTest {
    private static final String HEADER =
            "60000000 0020 3a ff fe80000000000000 08580afffe200002 ff02000000000000 00000001ff200003";

    @Test
    void readsEachField() {
        ByteBuffer bytes = Hex.bytes("ff" + HEADER);

        assertThat(Ipv6Header.payloadLengthBytes(bytes, 1)).isEqualTo(32);
        assertThat(Ipv6Header.nextHeader(bytes, 1)).isEqualTo(IpProtocol.ICMPV6);
        assertThat(Ipv6Header.hopLimit(bytes, 1)).isEqualTo(255);
        assertThat(IpAddress.format(Ipv6Header.sourceHigh(bytes, 1), Ipv6Header.sourceLow(bytes, 1)))
                .isEqualTo("fe80::858:aff:fe20:2");
        assertThat(IpAddress.format(Ipv6Header.destinationHigh(bytes, 1), Ipv6Header.destinationLow(bytes, 1)))
                .isEqualTo("ff02::1:ff20:3");
    }

    @Test
    void writesAWholeHeader() {
        IpAddress source = IpAddress.parse("fe80::858:aff:fe20:2");
        IpAddress destination = IpAddress.parse("ff02::1:ff20:3");
        ByteBuffer bytes = Hex.bytes("ff".repeat(Ipv6Header.LENGTH_BYTES));

        Ipv6Header.write(
                bytes,
                0,
                32,
                IpProtocol.ICMPV6,
                255,
                source.high(),
                source.low(),
                destination.high(),
                destination.low());

        assertThat(Hex.text(bytes)).isEqualTo(Hex.plain(HEADER));
    }
}
