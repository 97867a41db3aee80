package io.osier.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ipv4HeaderTest {
    /** As a Linux host sent it, checksum included. */
    private static final String HEADER = "45 00 0054 ac5f 4000 40 01 7a05 0a200002 0a200003";

    @Test
    void readsEachField() {
        ByteBuffer bytes = Hex.bytes("ff" + HEADER);

        assertThat(Ipv4Header.version(bytes, 1)).isEqualTo(4);
        assertThat(Ipv4Header.headerLengthBytes(bytes, 1)).isEqualTo(20);
        assertThat(Ipv4Header.totalLengthBytes(bytes, 1)).isEqualTo(84);
        assertThat(Ipv4Header.identification(bytes, 1)).isEqualTo(0xac5f);
        assertThat(Ipv4Header.dontFragment(bytes, 1)).isTrue();
        assertThat(Ipv4Header.isFragment(bytes, 1)).isFalse();
        assertThat(Ipv4Header.ttl(bytes, 1)).isEqualTo(64);
        assertThat(Ipv4Header.protocol(bytes, 1)).isEqualTo(IpProtocol.ICMP);
        assertThat(Ipv4Header.checksum(bytes, 1)).isEqualTo(0x7a05);
        assertThat(Ipv4Header.source(bytes, 1)).isEqualTo(0x0a20_0002);
        assertThat(Ipv4Header.destination(bytes, 1)).isEqualTo(0x0a20_0003);
    }

    @Test
    void readsTheHighestValuesAsUnsigned() {
        ByteBuffer bytes = Hex.bytes("ff ff ffff ffff ffff ff ff ffff ffffffff ffffffff");

        assertThat(Ipv4Header.version(bytes, 0)).isEqualTo(15);
        assertThat(Ipv4Header.headerLengthBytes(bytes, 0)).isEqualTo(60);
        assertThat(Ipv4Header.totalLengthBytes(bytes, 0)).isEqualTo(65_535);
        assertThat(Ipv4Header.identification(bytes, 0)).isEqualTo(65_535);
        assertThat(Ipv4Header.fragmentOffset(bytes, 0)).isEqualTo(8191);
        assertThat(Ipv4Header.ttl(bytes, 0)).isEqualTo(255);
        assertThat(Ipv4Header.protocol(bytes, 0)).isEqualTo(255);
        assertThat(Ipv4Header.checksum(bytes, 0)).isEqualTo(65_535);
    }

    @ParameterizedTest
    @CsvSource({
        "0000, false, 0",
        "4000, false, 0",
        "8000, false, 0",
        "2000, true, 0",
        "00b9, true, 185",
        "20b9, true, 185",
        "1fff, true, 8191"
    })
    void isAFragmentIfMoreFollowOrSomeWentBefore(String flagsAndOffset, boolean fragment, int offset) {
        ByteBuffer bytes = Hex.bytes("45 00 0054 ac5f" + flagsAndOffset);

        assertThat(Ipv4Header.isFragment(bytes, 0)).isEqualTo(fragment);
        assertThat(Ipv4Header.fragmentOffset(bytes, 0)).isEqualTo(offset);
    }

    @Test
    void writesAHeaderWithItsChecksum() {
        ByteBuffer bytes = Hex.bytes("ff".repeat(22));

        Ipv4Header.write(bytes, 1, 84, 64, IpProtocol.ICMP, 0x0a20_0002, 0x0a20_0003);

        assertThat(Hex.text(bytes)).isEqualTo(Hex.plain("ff 45 00 0054 0000 4000 40 01 2665 0a200002 0a200003 ff"));
    }
}
