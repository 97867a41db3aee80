package io.osier.dataplane.packet;

import static io.osier.dataplane.simulation.ArpBuilder.arpRequest;
import static io.osier.dataplane.simulation.PacketBuilder.ethernet;
import static io.osier.dataplane.simulation.PacketBuilder.icmp;
import static io.osier.dataplane.simulation.PacketBuilder.icmpv6;
import static io.osier.dataplane.simulation.PacketBuilder.ip;
import static io.osier.dataplane.simulation.PacketBuilder.ping;
import static io.osier.dataplane.simulation.PacketBuilder.portUnreachable;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketParserTest {
    private static final String A = "10.32.0.2";
    private static final String B = "10.32.1.3";
    private static final String A6 = "fd00::2";
    private static final String B6 = "fd00::3";

    private final Frame frame = new Frame();
    private final ParsedPacket packet = new ParsedPacket();

    @Property
    void findsEveryFieldOfATcpPacketWhereverTheFrameBegins(
            @ForAll int source,
            @ForAll int destination,
            @ForAll @IntRange(max = 65_535) int sourcePort,
            @ForAll @IntRange(max = 65_535) int destinationPort,
            @ForAll @IntRange(max = 255) int flags,
            @ForAll @Size(max = 40) byte[] payload,
            @ForAll @IntRange(max = 100) int start) {
        String from = IpAddress.v4(source).toString();
        String to = IpAddress.v4(destination).toString();
        tcp().from(from, sourcePort)
                .to(to, destinationPort)
                .flags(flags)
                .payload(payload)
                .build()
                .writeTo(frame, start);

        assertThat(new PacketParser().parse(frame, packet)).isNull();

        assertThat(packet.isIpv4()).isTrue();
        assertThat(packet.sourceMac()).isEqualTo(MacAddress.ofPod(source));
        assertThat(packet.destinationMac()).isEqualTo(MacAddress.ofPod(destination));
        assertThat(new IpAddress(packet.sourceHigh(), packet.sourceLow())).hasToString(from);
        assertThat(new IpAddress(packet.destinationHigh(), packet.destinationLow()))
                .hasToString(to);
        assertThat(packet.protocol()).isEqualTo(IpProtocol.TCP);
        assertThat(packet.hasPorts()).isTrue();
        assertThat(packet.sourcePort()).isEqualTo(sourcePort);
        assertThat(packet.destinationPort()).isEqualTo(destinationPort);
        assertThat(packet.tcpFlags()).isEqualTo(flags);
        assertThat(packet.networkOffset()).isEqualTo(start + 14);
        assertThat(packet.transportOffset()).isEqualTo(start + 34);
        assertThat(packet.networkLengthBytes()).isEqualTo(40 + payload.length);
        assertThat(packet.networkEnd()).isEqualTo(frame.end());
    }

    @Test
    void stopsAtTheEndOfThePacketBeforeAnyPadding() {
        parse(RawFrame.of(Arrays.copyOf(udp().from(A, 1).to(B, 2).build().bytes(), 60)));

        assertThat(packet.networkEnd()).isEqualTo(frame.start() + 14 + 28);
    }

    @Test
    void looksForTheTransportHeaderBehindIpv4Options() {
        parse(udp().from(A, 1).to(B, 2).options(new byte[40]).build());

        assertThat(packet.transportOffset() - packet.networkOffset()).isEqualTo(60);
        assertThat(packet.destinationPort()).isEqualTo(2);
    }

    @Test
    void aFirstFragmentHasPortsAndALaterOneHasNone() {
        List<RawFrame> fragments = udp().from(A, 7)
                .to(B, 9)
                .payload(new byte[64])
                .identification(0xfedc)
                .fragments(32);

        parse(fragments.get(0));
        assertThat(packet.isFragment()).isTrue();
        assertThat(packet.isLaterFragment()).isFalse();
        assertThat(packet.hasPorts()).isTrue();
        assertThat(packet.sourcePort()).isEqualTo(7);
        assertThat(packet.fragmentId()).isEqualTo(0xfedc);

        parse(fragments.get(2));
        assertThat(packet.isLaterFragment()).isTrue();
        assertThat(packet.hasPorts()).isFalse();
        assertThat(packet.sourcePort()).isZero();
        assertThat(packet.fragmentId()).isEqualTo(0xfedc);
    }

    @Test
    void findsTheFieldsOfAnIpv6Packet() {
        parse(udp().from(A6, 1).to(B6, 2).fromMac(5).toMac(6).payload("x").build());

        assertThat(packet.isIpv6()).isTrue();
        assertThat(packet.isIp()).isTrue();
        assertThat(IpAddress.format(packet.sourceHigh(), packet.sourceLow())).isEqualTo(A6);
        assertThat(IpAddress.format(packet.destinationHigh(), packet.destinationLow()))
                .isEqualTo(B6);
        assertThat(packet.sourcePort()).isEqualTo(1);
        assertThat(packet.networkLengthBytes()).isEqualTo(49);
        assertThat(packet.isFragment()).isFalse();
    }

    @Test
    void walksOverIpv6ExtensionHeaders() {
        // hop-by-hop of 8 bytes, routing of 16, destination options of 8, then UDP from port 1 to port 2
        parse(ipv6(0, "2b00000000000000 3c01000000000000 0000000000000000 1100000000000000 0001000200080000"));

        assertThat(packet.protocol()).isEqualTo(IpProtocol.UDP);
        assertThat(packet.transportOffset() - packet.networkOffset()).isEqualTo(72);
        assertThat(packet.destinationPort()).isEqualTo(2);
    }

    @Test
    void readsTheIpv6FragmentHeader() {
        parse(ipv6(44, "1100 0001 89abcdef 0001000200080000"));
        assertThat(packet.isFragment()).isTrue();
        assertThat(packet.isLaterFragment()).isFalse();
        assertThat(packet.fragmentId()).isEqualTo(0x89ab_cdef);
        assertThat(packet.sourcePort()).isEqualTo(1);

        parse(ipv6(44, "1100 0008 89abcdef 0001000200080000"));
        assertThat(packet.isLaterFragment()).isTrue();
        assertThat(packet.hasPorts()).isFalse();

        parse(ipv6(44, "1100 0000 89abcdef 0001000200080000"));
        assertThat(packet.isFragment())
                .as("an atomic fragment (RFC 6946) is whole")
                .isFalse();
        assertThat(packet.hasPorts()).isTrue();
    }

    @Test
    void aLaterIpv6FragmentIsNotReadBeyondItsHeader() {
        parse(ipv6(44, "3c00 0008 89abcdef ff"));

        assertThat(packet.isLaterFragment()).isTrue();
        assertThat(packet.protocol())
                .as("what the first fragment begins with")
                .isEqualTo(IpProtocol.DESTINATION_OPTIONS);
    }

    @Test
    void icmpCountsInItsOwnFamilyOnly() {
        parse(ping(1).from(A).to(B).build());
        assertThat(packet.isIcmp()).isTrue();
        assertThat(packet.icmpType()).isEqualTo(IcmpHeader.V4_ECHO_REQUEST);

        parse(icmpv6(128, 0).from(A6).to(B6).build());
        assertThat(packet.isIcmp()).isTrue();
        assertThat(packet.icmpType()).isEqualTo(128);

        parse(ip(IpProtocol.ICMPV6).from(A).to(B).payload(new byte[8]).build());
        assertThat(packet.isIcmp()).as("ICMPv6 over IPv4 is no ICMP").isFalse();
    }

    @Test
    void findsThePacketInsideAnError() {
        RawFrame inner = tcp().from(A, 4000).to(B, 80).syn().build();

        parse(portUnreachable().from(B).to(A).quoting(inner).build());

        assertThat(packet.hasEmbedded()).isTrue();
        assertThat(packet.embeddedProtocol()).isEqualTo(IpProtocol.TCP);
        assertThat(IpAddress.format(packet.embeddedSourceHigh(), packet.embeddedSourceLow()))
                .isEqualTo(A);
        assertThat(IpAddress.format(packet.embeddedDestinationHigh(), packet.embeddedDestinationLow()))
                .isEqualTo(B);
        assertThat(packet.embeddedSourcePort()).isEqualTo(4000);
        assertThat(packet.embeddedDestinationPort()).isEqualTo(80);
        assertThat(packet.embeddedOffset() - packet.transportOffset()).isEqualTo(8);
        assertThat(packet.embeddedTransportOffset() - packet.embeddedOffset()).isEqualTo(20);
    }

    @Test
    void findsThePacketInsideAnIpv6Error() {
        RawFrame inner = udp().from(A6, 4000).to(B6, 53).build();

        parse(icmpv6(1, 4).from(B6).to(A6).quoting(inner).build());

        assertThat(packet.hasEmbedded()).isTrue();
        assertThat(IpAddress.format(packet.embeddedDestinationHigh(), packet.embeddedDestinationLow()))
                .isEqualTo(B6);
        assertThat(packet.embeddedDestinationPort()).isEqualTo(53);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 19, 20, 27})
    void tooShortAQuoteIsNone(int quotedBytes) {
        RawFrame inner = tcp().from(A, 4000).to(B, 80).syn().build();

        parse(portUnreachable().from(B).to(A).quoting(inner, quotedBytes).build());

        assertThat(packet.hasEmbedded()).isFalse();
    }

    @Test
    void anEchosIdentifierStandsForBothPorts() {
        parse(ping(3).from(A).to(B).build());
        assertThat(packet.hasPorts()).isFalse();
        assertThat(packet.sourcePort()).isEqualTo(1);
        assertThat(packet.destinationPort()).isEqualTo(1);

        parse(portUnreachable()
                .from(B)
                .to(A)
                .quoting(ping(3).from(A).to(B).build())
                .build());
        assertThat(packet.hasEmbedded()).isTrue();
        assertThat(packet.embeddedProtocol()).isEqualTo(IpProtocol.ICMP);
        assertThat(packet.embeddedSourcePort()).isEqualTo(1);
        assertThat(packet.embeddedDestinationPort()).isEqualTo(1);
        assertThat(packet.sourcePort()).as("of the error itself").isZero();
    }

    @Test
    void whatHasNoPortsIsNotLookedForInsideAnError() {
        parse(portUnreachable()
                .from(B)
                .to(A)
                .quoting(icmp(13, 0).from(A).to(B).build())
                .build());
        assertThat(packet.hasEmbedded()).as("a timestamp request").isFalse();

        RawFrame later =
                udp().from(A, 1).to(B, 2).payload(new byte[64]).fragments(32).get(1);
        parse(portUnreachable().from(B).to(A).quoting(later).build());
        assertThat(packet.hasEmbedded()).as("a later fragment").isFalse();

        parse(ping(1).from(A)
                .to(B)
                .payload(udp().from(A, 1).to(B, 2).build().ipPacket())
                .build());
        assertThat(packet.hasEmbedded()).as("an echo's payload").isFalse();
    }

    @Test
    void oneParsedPacketLeavesNothingBehindForTheNext() {
        parse(portUnreachable()
                .from(B)
                .to(A)
                .quoting(tcp().from(A, 4000).to(B, 80).syn().build())
                .build());
        parse(tcp().from(A, 1).to(B, 2).syn().build());
        assertThat(packet.hasEmbedded()).isFalse();
        assertThat(packet.icmpType()).isZero();

        parse(udp().from(A, 1).to(B, 2).payload(new byte[64]).fragments(32).get(1));
        assertThat(packet.tcpFlags()).isZero();
        assertThat(packet.sourcePort()).isZero();

        parse(arpRequest().from(A).to(B).build());
        assertThat(packet.isArp()).isTrue();
        assertThat(packet.isIp()).isFalse();
        assertThat(packet.hasPorts()).isFalse();
        assertThat(packet.isIcmp()).isFalse();
    }

    @Property
    void neverReadsOutsideOfTheFrame(@ForAll @Size(max = 120) byte[] bytes, @ForAll @IntRange(max = 3) int type) {
        byte[] shaped = bytes.clone();
        if (shaped.length > 20) {
            shaped[12] = (byte) new int[] {0x08, 0x08, 0x86, 0x12}[type];
            shaped[13] = (byte) new int[] {0x00, 0x06, 0xdd, 0x34}[type];
            shaped[14] = (byte) (type == 0 ? 0x45 : 0x60);
        }
        int start = frame.capacityBytes() - shaped.length;
        RawFrame.of(shaped).writeTo(frame, start);

        DropReason malformed = new PacketParser().parse(frame, packet);

        if (malformed == null && packet.isIp()) {
            assertThat(packet.networkEnd()).isLessThanOrEqualTo(frame.end());
            assertThat(packet.transportOffset()).isLessThanOrEqualTo(packet.networkEnd());
        }
    }

    private void parse(RawFrame raw) {
        raw.writeTo(frame, Frame.HEADROOM_BYTES);
        @Nullable DropReason malformed = new PacketParser().parse(frame, packet);
        assertThat(malformed).isNull();
    }

    private static RawFrame ipv6(int nextHeader, String payload) {
        byte[] rest = HexFormat.of().parseHex(payload.replace(" ", ""));
        byte[] whole = PacketBuilder.ip(nextHeader)
                .from(A6)
                .to(B6)
                .payload(rest)
                .build()
                .ipPacket();
        return ethernet(1, 2, EthernetHeader.TYPE_IPV6, whole);
    }
}
