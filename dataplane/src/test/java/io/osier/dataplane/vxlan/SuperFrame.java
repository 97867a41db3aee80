package io.osier.dataplane.vxlan;

import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;

import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What a sender hands over in one piece, and the packets that it would have sent without segmentation offload, each made from
 * its fields. {@code tcpFlags} is 0 for UDP.
 */
record SuperFrame(boolean v4, int tcpFlags, int payloadBytes, int segmentBytes, int sequence, int identification) {
    private static final long FROM_MAC = MacAddress.ofPod(0x0a20_0002);
    private static final long TO_MAC = MacAddress.ofPod(0x0a20_0102);

    static SuperFrame ofTcp(int flags, int payloadBytes, int segmentBytes) {
        return new SuperFrame(true, flags, payloadBytes, segmentBytes, 1_000, 77);
    }

    static SuperFrame ofUdp(int payloadBytes, int segmentBytes) {
        return new SuperFrame(true, 0, payloadBytes, segmentBytes, 0, 77);
    }

    private boolean isTcp() {
        return tcpFlags != 0;
    }

    private byte[] payload() {
        byte[] payload = new byte[payloadBytes];
        new Random(payloadBytes).nextBytes(payload);
        return payload;
    }

    private PacketBuilder packet(int sequenceOffset, int flags, int id, byte[] payload) {
        PacketBuilder packet = isTcp() ? tcp().flags(flags).sequence(sequence + sequenceOffset) : udp();
        return packet.from(v4 ? "10.32.0.2" : "fd00::2", 40_000)
                .to(v4 ? "10.32.1.2" : "fd00::102", 80)
                .fromMac(FROM_MAC)
                .toMac(TO_MAC)
                .identification(id)
                .payload(payload);
    }

    /** The whole, as a TAP hands it over. */
    RawFrame whole() {
        int type = !isTcp() ? VirtioNetHeader.GSO_UDP_L4 : v4 ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6;
        return packet(0, tcpFlags, identification, payload())
                .partialChecksum()
                .build()
                .withSegments(type, segmentBytes);
    }

    /** The packets, with checksums complete or partial. */
    List<RawFrame> packets(boolean partialChecksums) {
        byte[] payload = payload();
        List<RawFrame> packets = new ArrayList<>();
        for (int at = 0, i = 0; at < payload.length; at += segmentBytes, i++) {
            int end = Math.min(payload.length, at + segmentBytes);
            int flags = tcpFlags;
            flags &= i == 0 ? ~0 : ~TcpHeader.CWR;
            flags &= end == payload.length ? ~0 : ~(TcpHeader.FIN | TcpHeader.PSH);
            PacketBuilder packet = packet(at, flags, identification + i & 0xffff, Arrays.copyOfRange(payload, at, end));
            packets.add(partialChecksums ? packet.partialChecksum().build() : packet.build());
        }
        return packets;
    }
}
