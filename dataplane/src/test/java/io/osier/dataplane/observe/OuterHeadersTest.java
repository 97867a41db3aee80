package io.osier.dataplane.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpAddress;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.pcap4j.packet.IpPacket;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.UdpPacket;

/** The rebuilt headers, judged by an independent decoder. */
class OuterHeadersTest {
    @Property(tries = 200)
    void areWhatAnotherDecoderExpects(@ForAll @Size(min = 8, max = 300) byte[] payload) throws Exception {
        byte[] v4 = wrap("172.30.0.1", "172.30.0.2", payload, payload.length);
        IpV4Packet ipv4 = IpV4Packet.newPacket(v4, 0, v4.length);
        assertThat(ipv4.getHeader().hasValidChecksum(false)).isTrue();
        assertThat(ipv4.getHeader().getTotalLengthAsInt()).isEqualTo(v4.length);
        check(ipv4, "172.30.0.1", "172.30.0.2", payload.length);

        byte[] v6 = wrap("fd00::1", "fd00::2", payload, payload.length);
        IpV6Packet ipv6 = IpV6Packet.newPacket(v6, 0, v6.length);
        assertThat(ipv6.getHeader().getPayloadLengthAsInt()).isEqualTo(8 + payload.length);
        check(ipv6, "fd00::1", "fd00::2", payload.length);
    }

    private static void check(IpPacket ip, String source, String destination, int payloadLength) throws Exception {
        UdpPacket udp = ip.get(UdpPacket.class);
        InetAddress from = InetAddress.getByName(source);
        InetAddress to = InetAddress.getByName(destination);
        assertThat(ip.getHeader().getSrcAddr()).isEqualTo(from);
        assertThat(ip.getHeader().getDstAddr()).isEqualTo(to);
        assertThat(udp.getHeader().getDstPort().valueAsInt()).isEqualTo(4_789);
        assertThat(udp.getHeader().getLengthAsInt()).isEqualTo(8 + payloadLength);
        assertThat(udp.hasValidChecksum(from, to, false)).isTrue();
    }

    @Example
    void leaveTheChecksumOutWhereThePayloadWasCut() {
        byte[] packet = wrap("172.30.0.1", "172.30.0.2", new byte[20], 1_000);
        assertThat(ByteBuffer.wrap(packet).getShort(2)).isEqualTo((short) (20 + 8 + 1_000));
        assertThat(ByteBuffer.wrap(packet).getShort(26)).isZero();
    }

    @Example
    void claimNoLengthThatTheyCannotHold() {
        byte[] packet = wrap("172.30.0.1", "172.30.0.2", new byte[65_550], 65_550);
        assertThat(packet[0]).isEqualTo((byte) 0x45);
        assertThat(ByteBuffer.wrap(packet).getShort(2)).isZero();
        assertThat(ByteBuffer.wrap(packet).getShort(24)).isZero();
    }

    private static byte[] wrap(String source, String destination, byte[] kept, int originalLength) {
        IpAddress from = IpAddress.parse(source);
        int outer = OuterHeaders.lengthBytes(from);
        ByteBuffer packet = ByteBuffer.allocate(outer + kept.length).put(outer, kept);
        OuterHeaders.write(packet, from, IpAddress.parse(destination), originalLength, kept.length);
        return packet.array();
    }
}
