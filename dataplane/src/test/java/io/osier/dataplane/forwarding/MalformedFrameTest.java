package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.ArpBuilder.arpRequest;
import static io.osier.dataplane.simulation.PacketBuilder.ethernet;
import static io.osier.dataplane.simulation.PacketBuilder.ip;
import static io.osier.dataplane.simulation.PacketBuilder.ping;
import static io.osier.dataplane.simulation.PacketBuilder.sctp;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static io.osier.dataplane.simulation.PacketBuilder.vxlan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.osier.dataplane.simulation.RawFrame;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What cannot be read is dropped under its own name. */
class MalformedFrameTest extends TwoNodeScenario {
    private static final RawFrame PING = ping(1).from(CLIENT).to(FAR).build();
    private static final RawFrame ARP = arpRequest().from(CLIENT).to(NEAR).build();
    private static final int IP = 14;

    static Stream<Arguments> malformedFrames() {
        byte[] v6 = new byte[40];
        v6[0] = 0x60;
        return Stream.of(
                arguments("no bytes at all", RawFrame.of(new byte[0]), "frame-too-short"),
                arguments("half an Ethernet header", PING.truncated(13), "frame-too-short"),
                arguments("half an ARP packet", ARP.truncated(41), "malformed-arp"),
                arguments("ARP for another hardware type", ARP.with(IP + 1, 6), "malformed-arp"),
                arguments("ARP for another protocol", ARP.with(IP + 2, 0x86), "malformed-arp"),
                arguments("ARP with long hardware addresses", ARP.with(IP + 4, 8), "malformed-arp"),
                arguments("half an IPv4 header", PING.truncated(IP + 19), "malformed-ipv4"),
                arguments("IPv4 that says it is 5", PING.with(IP, 0x55), "malformed-ipv4"),
                arguments("an IPv4 header of 16 bytes", PING.with(IP, 0x44), "malformed-ipv4"),
                arguments("an IPv4 header longer than its packet", PING.with(IP, 0x4f), "malformed-ipv4"),
                arguments("a total length beyond the frame", PING.with(IP + 3, 200), "malformed-ipv4"),
                arguments("a total length below the header", PING.with(IP + 3, 19), "malformed-ipv4"),
                arguments(
                        "half an IPv6 header",
                        ethernet(macOf(CLIENT), macOf(FAR), 0x86dd, Arrays.copyOf(v6, 39)),
                        "malformed-ipv6"),
                arguments(
                        "IPv6 that says it is 4",
                        ethernet(macOf(CLIENT), macOf(FAR), 0x86dd, new byte[40]),
                        "malformed-ipv6"),
                arguments("an IPv6 payload beyond the frame", v6(1, 59, ""), "malformed-ipv6"),
                arguments("an IPv6 extension header cut short", v6(4, 0, "3a000000"), "malformed-ipv6"),
                arguments(
                        "an IPv6 extension header longer than its packet",
                        v6(8, 0, "3a01000000000000"),
                        "malformed-ipv6"),
                arguments("nine IPv6 extension headers", v6(72, 60, "3c00000000000000".repeat(9)), "malformed-ipv6"),
                arguments(
                        "half a TCP header",
                        cut(tcp().from(CLIENT, 1).to(FAR, 2).syn().build(), 1),
                        "malformed-transport"),
                arguments(
                        "half a UDP header",
                        cut(udp().from(CLIENT, 1).to(FAR, 2).build(), 1),
                        "malformed-transport"),
                arguments(
                        "half an SCTP header",
                        cut(sctp().from(CLIENT, 1).to(FAR, 2).build(), 1),
                        "malformed-transport"),
                arguments("half an ICMP header", cut(PING, 1), "malformed-transport"),
                arguments(
                        "no TCP header at all",
                        cut(tcp().from(CLIENT, 1).to(FAR, 2).syn().build(), 20),
                        "malformed-transport"));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("malformedFrames")
    void isDroppedUnderItsName(String what, RawFrame frame, String reason) {
        send(client, frame);

        assertThat(nodeA.drops()).as(what).containsExactly(reason + " 1");
        assertThat(far.drainFrames()).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("malformedFrames")
    void isDroppedUnderItsNameFromATunnelToo(String what, RawFrame frame, String reason) {
        nodeB.socket().send(nodeA.underlayAddress(), vxlan(1, frame));
        cluster.settle();

        String expected = reason.equals("frame-too-short") ? "malformed-vxlan" : reason;
        assertThat(nodeA.drops()).as(what).containsExactly(expected + " 1");
    }

    static Stream<Arguments> malformedTunnelPackets() {
        byte[] good = vxlan(1, PING);
        byte[] withoutVni = good.clone();
        withoutVni[0] = 0;
        return Stream.of(
                arguments("nothing", new byte[0], "malformed-vxlan"),
                arguments("half a VXLAN header", Arrays.copyOf(good, 7), "malformed-vxlan"),
                arguments("no Ethernet header inside", Arrays.copyOf(good, 21), "malformed-vxlan"),
                arguments("no valid network identifier", withoutVni, "malformed-vxlan"),
                arguments("another network's identifier", vxlan(2, PING), "wrong-vni"),
                arguments("an identifier that differs above its low byte", vxlan(0x10001, PING), "wrong-vni"));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("malformedTunnelPackets")
    void aTunnelPacketIsDroppedUnderItsName(String what, byte[] datagram, String reason) {
        nodeB.socket().send(nodeA.underlayAddress(), datagram);
        cluster.settle();

        assertThat(nodeA.drops()).as(what).containsExactly(reason + " 1");
    }

    @Test
    void reservedVxlanBitsAreIgnoredOnReceipt() {
        byte[] datagram = vxlan(1, ping(1).from(FAR).to(CLIENT).build());
        datagram[0] = (byte) 0xff;
        datagram[1] = (byte) 0xff;
        datagram[7] = (byte) 0xff;

        nodeB.socket().send(nodeA.underlayAddress(), datagram);
        cluster.settle();

        assertThat(client.drain()).as("RFC 7348, section 5").containsExactly("10.32.1.2 > 10.32.0.2 icmp 8/0 seq 1");
    }

    @Test
    void ethernetPaddingIsNoPartOfThePacketButIsCarriedAlong() {
        RawFrame padded = RawFrame.of(
                Arrays.copyOf(udp().from(CLIENT, 1).to(FAR, 2).build().bytes(), 60));

        send(client, padded);

        assertThat(far.drainFrames()).containsExactly(padded);
    }

    @Test
    void whatIsBehindAnUnknownProtocolIsNotLookedAt() {
        send(client, ip(253).from(CLIENT).to(FAR).build());

        assertThat(far.drain()).containsExactly("10.32.0.2 > 10.32.1.2 protocol 253");
    }

    private static RawFrame cut(RawFrame frame, int bytes) {
        RawFrame shorter = frame.truncated(frame.length() - bytes);
        return shorter.with(IP + 3, shorter.length() - IP);
    }

    private static RawFrame v6(int payloadLength, int nextHeader, String payload) {
        byte[] rest = HexFormat.of().parseHex(payload);
        byte[] packet = Arrays.copyOf(
                new byte[] {0x60, 0, 0, 0, 0, (byte) payloadLength, (byte) nextHeader, 64}, 40 + rest.length);
        System.arraycopy(rest, 0, packet, 40, rest.length);
        return ethernet(macOf(CLIENT), macOf(FAR), 0x86dd, packet);
    }
}
