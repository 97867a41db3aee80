package io.osier.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TCP, UDP and ICMP. */
class TransportHeadersTest {
    @Test
    void tcpReadsEachField() {
        ByteBuffer bytes = Hex.bytes("ff 9c40 0050 89abcdef 01234567 a0 12 faf0 fe30 0000");

        assertThat(UdpHeader.sourcePort(bytes, 1))
                .as("ports lie where UDP's do")
                .isEqualTo(40_000);
        assertThat(UdpHeader.destinationPort(bytes, 1)).isEqualTo(80);
        assertThat(TcpHeader.sequence(bytes, 1)).isEqualTo(0x89ab_cdef);
        assertThat(TcpHeader.acknowledgment(bytes, 1)).isEqualTo(0x0123_4567);
        assertThat(TcpHeader.headerLengthBytes(bytes, 1)).isEqualTo(40);
        assertThat(TcpHeader.flags(bytes, 1)).isEqualTo(TcpHeader.SYN | TcpHeader.ACK);
        assertThat(bytes.getShort(1 + TcpHeader.CHECKSUM)).isEqualTo((short) 0xfe30);
    }

    @ParameterizedTest
    @CsvSource({"00, 0", "40, 16", "50, 20", "5f, 20", "80, 32", "f0, 60", "ff, 60"})
    void tcpsHeaderLengthIsTheUpperHalfOfItsByteInWords(String dataOffset, int lengthBytes) {
        ByteBuffer bytes = Hex.bytes("00".repeat(12) + dataOffset);

        assertThat(TcpHeader.headerLengthBytes(bytes, 0)).isEqualTo(lengthBytes);
    }

    @Test
    void udpReadsEachField() {
        ByteBuffer bytes = Hex.bytes("ff ffff 0035 fff8 beef");

        assertThat(UdpHeader.sourcePort(bytes, 1)).isEqualTo(65_535);
        assertThat(UdpHeader.destinationPort(bytes, 1)).isEqualTo(53);
        assertThat(UdpHeader.lengthBytes(bytes, 1)).isEqualTo(65_528);
        assertThat(bytes.getShort(1 + UdpHeader.CHECKSUM)).isEqualTo((short) 0xbeef);
    }

    @Test
    void icmpReadsEachField() {
        ByteBuffer bytes = Hex.bytes("00 ff 03 beef 00000000");

        assertThat(IcmpHeader.type(bytes, 1)).isEqualTo(255);
        assertThat(IcmpHeader.code(bytes, 1)).isEqualTo(3);
        assertThat(bytes.getShort(1 + IcmpHeader.CHECKSUM)).isEqualTo((short) 0xbeef);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 11, 12})
    void icmpErrorsCarryThePacketThatCausedThem(int type) {
        assertThat(IcmpHeader.isV4Error(type)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 9, 10, 13, 14, 15, 17, 255})
    void icmpQueriesCarryNone(int type) {
        assertThat(IcmpHeader.isV4Error(type)).isFalse();
    }

    @Test
    void icmpv6ErrorsAreTheLowerHalfOfTheTypes() {
        assertThat(IcmpHeader.isV6Error(IcmpHeader.V6_UNREACHABLE)).isTrue();
        assertThat(IcmpHeader.isV6Error(127)).isTrue();
        assertThat(IcmpHeader.isV6Error(128)).isFalse();
        assertThat(IcmpHeader.isV6Error(IcmpHeader.V6_NEIGHBOR_SOLICITATION)).isFalse();
    }

    @Test
    void protocolsThatBeginWithPortsAreTcpUdpAndSctp() {
        for (int protocol = 0; protocol < 256; protocol++) {
            assertThat(IpProtocol.hasPorts(protocol)).isEqualTo(protocol == 6 || protocol == 17 || protocol == 132);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, icmp", "6, tcp", "17, udp", "58, icmpv6", "132, sctp", "47, 47"})
    void protocolsHaveTheNamesThatUsersKnow(int protocol, String name) {
        assertThat(IpProtocol.name(protocol)).isEqualTo(name);
    }
}
