package io.osier.dataplane.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.Ipv4Header;
import io.osier.dataplane.packet.PacketParser;
import io.osier.dataplane.packet.ParsedPacket;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class PacketIdTest {
    private static final int IP = TestPackets.IP;
    private static final int TRANSPORT = TestPackets.TRANSPORT;

    private final Frame frame = new Frame();
    private final ParsedPacket packet = new ParsedPacket();

    @Property
    void survivesWhatChangesOnTheWay(
            @ForAll long macs,
            @ForAll byte trafficClass,
            @ForAll byte timeToLive,
            @ForAll short checksums,
            @ForAll @Size(max = 1_400) byte[] payload) {
        byte[] sent = TestPackets.udp("10.32.1.2", 40_000, "10.32.2.2", 9_876, payload);
        long id = idOf(sent);

        TestPackets.fill(frame, sent);
        EthernetHeader.setDestination(frame.bytes(), frame.start(), macs);
        EthernetHeader.setSource(frame.bytes(), frame.start(), macs >>> 16);
        frame.bytes().put(frame.start() + IP + 1, trafficClass);
        frame.bytes().put(frame.start() + IP + 8, timeToLive);
        frame.bytes().putShort(frame.start() + IP + Ipv4Header.CHECKSUM, checksums);
        frame.bytes().putShort(frame.start() + TRANSPORT + 6, checksums);

        assertThat(idOfFrame()).isEqualTo(id);
    }

    @Property
    void doesNotSeeWhatBridgesPadShortFramesWith(@ForAll @IntRange(max = 18) int paddingBytes) {
        byte[] sent = TestPackets.udp("10.32.1.2", 40_000, "10.32.2.2", 9_876);
        long id = idOf(sent);
        TestPackets.fill(frame, sent);
        frame.setLength(sent.length + paddingBytes);
        assertThat(idOfFrame()).isEqualTo(id);
    }

    @Property
    void tellsPacketsApartByEveryByteThatCounts(
            @ForAll @IntRange(max = 99) int at, @ForAll @IntRange(min = 1, max = 255) int change) {
        byte[] one = TestPackets.udp("10.32.1.2", 40_000, "10.32.2.2", 9_876, new byte[100]);
        byte[] other = one.clone();
        other[TRANSPORT + 8 + at] ^= (byte) change;
        assertThat(idOf(other)).isNotEqualTo(idOf(one));
    }

    @Property
    void tellsEndsOfLongPacketsApart(
            @ForAll @IntRange(max = PacketId.SAMPLE_BYTES - 9) int fromEnd,
            @ForAll @IntRange(min = 1, max = 255) int change) {
        byte[] one = TestPackets.udp("10.32.1.2", 40_000, "10.32.2.2", 9_876, new byte[1_400]);
        byte[] atHead = one.clone();
        atHead[TRANSPORT + 8 + fromEnd] ^= (byte) change;
        byte[] atTail = one.clone();
        atTail[one.length - 1 - fromEnd] ^= (byte) change;
        assertThat(Set.of(idOf(one), idOf(atHead), idOf(atTail))).hasSize(3);
    }

    @Example
    void tellsThousandsOfPingsApart() {
        Set<Long> ids = new HashSet<>();
        for (int sequence = 0; sequence < 10_000; sequence++) {
            ids.add(idOf(TestPackets.ping("10.32.1.2", "10.32.2.2", sequence)));
        }
        assertThat(ids).hasSize(10_000).doesNotContain(0L);
    }

    @Property
    void readsNoFieldBehindAPacketsEnd(
            @ForAll @IntRange(max = 255) int protocol, @ForAll @Size(max = 12) byte[] behind) {
        byte[] bytes = TestPackets.udp("10.32.1.2", 1, "10.32.2.2", 2, behind);
        bytes[IP + 9] = (byte) protocol;
        long id = idOf(bytes);
        TestPackets.fill(frame, bytes);
        frame.bytes().putLong(frame.end(), ~frame.bytes().getLong(frame.end()));
        assertThat(idOfFrame()).isEqualTo(id);
    }

    @Example
    void countsFragmentsOfOnePacketAsDifferent() {
        byte[] first = TestPackets.udp("10.32.1.2", 1, "10.32.2.2", 2, new byte[64]);
        first[IP + 6] = 0x20;
        byte[] second = first.clone();
        second[IP + 7] = 8;
        assertThat(idOf(first)).isNotEqualTo(idOf(second));
    }

    @Example
    void numbersFramesThatAreNotIp() {
        long asked = idOf(TestPackets.arpRequest("10.32.1.2", "10.32.2.2"));
        assertThat(asked)
                .isEqualTo(idOf(TestPackets.arpRequest("10.32.1.2", "10.32.2.2")))
                .isNotEqualTo(idOf(TestPackets.arpRequest("10.32.1.2", "10.32.2.3")));
    }

    @Example
    void knowsTheChecksumsPlaceInEveryProtocol() {
        int[][] protocolAndField = {
            {IpProtocol.ICMP, 2}, {IpProtocol.TCP, 16}, {IpProtocol.UDP, 6}, {IpProtocol.SCTP, 8}
        };
        for (int[] place : protocolAndField) {
            byte[] sent = TestPackets.udp("10.32.1.2", 1, "10.32.2.2", 2, new byte[40]);
            sent[IP + 9] = (byte) place[0];
            byte[] mended = sent.clone();
            mended[TRANSPORT + place[1]] ^= 0x55;
            assertThat(idOf(mended)).as("protocol %d", place[0]).isEqualTo(idOf(sent));
        }
    }

    private long idOf(byte[] bytes) {
        TestPackets.fill(frame, bytes);
        return idOfFrame();
    }

    private long idOfFrame() {
        boolean parsed = new PacketParser().parse(frame, packet) == null;
        return parsed ? PacketId.of(frame, packet) : PacketId.ofBytes(frame.bytes(), frame.start(), frame.length());
    }
}
