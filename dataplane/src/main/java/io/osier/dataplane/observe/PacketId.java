package io.osier.dataplane.observe;

import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IcmpHeader;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.Ipv6Header;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.packet.UdpHeader;
import io.osier.dataplane.packet.VirtioNetHeader;
import java.nio.ByteBuffer;

/**
 * A number for a packet that every node computes from the packet alone, so that a capture can join what different nodes saw
 * of it.
 *
 * <p>It is a 64-bit hash over what no hop changes: addresses, protocol, length, fragment identity, and the transport header
 * and the first and last bytes behind it without the checksums. Time to live, traffic class, MAC addresses and checksums
 * change on the way and do not count; the payload's middle is left out to keep it cheap. Of a super-frame, only what its first
 * segment shares with the whole counts. Address translation does change
 * addresses, so the number is always taken of a packet's form between the nodes: behind the translation on the way to a
 * backend, before it on the way back. Two packets that agree in all of that, such as an exact retransmission without an IP
 * identification, share a number.
 */
final class PacketId {
    /** Bytes of the transport header and payload that count at each end. */
    static final int SAMPLE_BYTES = 64;

    /** Bytes that count of a frame that is not IP, besides its length. */
    private static final int FRAME_SAMPLE_BYTES = 256;

    /** Where SCTP's checksum lies (RFC 9260, section 3.1). */
    private static final int SCTP_CHECKSUM = 8;

    private static final long SEED = 0x6f73_6965_7220_6964L;
    private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

    private PacketId() {}

    /** The number of a packet that parsed without error; never 0. */
    static long of(Frame frame, ParsedPacket packet) {
        if (!packet.isIp()) {
            return ofBytes(frame.bytes(), frame.start(), frame.length());
        }
        ByteBuffer bytes = frame.bytes();
        long hash = SEED;
        hash = mix(hash, packet.sourceHigh());
        hash = mix(hash, packet.sourceLow());
        hash = mix(hash, packet.destinationHigh());
        hash = mix(hash, packet.destinationLow());
        boolean train = frame.gsoType() != VirtioNetHeader.GSO_NONE;
        hash = mix(hash, (long) packet.protocol() << 32 | (train ? 0 : packet.networkLengthBytes()));
        int from = packet.transportOffset();
        // A super-frame is known by the headers of its first segment: the next node may see its end elsewhere.
        int end = train ? from + trainHeaderBytes(packet) : packet.networkEnd();
        if (packet.isIpv4()) {
            // Identification, flags and fragment offset are one word.
            hash = mix(hash, bytes.getInt(packet.networkOffset() + 4));
        } else {
            hash = mixBytes(hash, bytes, packet.networkOffset() + Ipv6Header.LENGTH_BYTES, from);
        }
        int headEnd = Math.min(end, from + SAMPLE_BYTES);
        int tail = Math.max(headEnd, end - SAMPLE_BYTES);
        int checksum = packet.isLaterFragment() ? 0 : checksumLength(packet.protocol());
        if (checksum == 0) {
            hash = mixBytes(hash, bytes, from, headEnd);
        } else {
            int field = from + checksumOffset(packet.protocol());
            hash = mixBytes(hash, bytes, from, Math.min(field, headEnd));
            hash = mixBytes(hash, bytes, Math.min(field + checksum, headEnd), headEnd);
        }
        return finish(mixBytes(hash, bytes, tail, end));
    }

    /** What all who meet a super-frame see of its transport header: TCP's up to the flags, UDP's ports. */
    private static int trainHeaderBytes(ParsedPacket packet) {
        return packet.protocol() == IpProtocol.TCP ? 12 : 4;
    }

    /** The number of a frame that is not IP, or of bytes that nobody could read; never 0. */
    static long ofBytes(ByteBuffer bytes, int offset, int lengthBytes) {
        int end = offset + Math.min(lengthBytes, FRAME_SAMPLE_BYTES);
        return finish(mixBytes(mix(SEED, lengthBytes), bytes, offset, end));
    }

    private static int checksumOffset(int protocol) {
        return switch (protocol) {
            case IpProtocol.TCP -> TcpHeader.CHECKSUM;
            case IpProtocol.UDP -> UdpHeader.CHECKSUM;
            case IpProtocol.SCTP -> SCTP_CHECKSUM;
            default -> IcmpHeader.CHECKSUM;
        };
    }

    private static int checksumLength(int protocol) {
        return switch (protocol) {
            case IpProtocol.TCP, IpProtocol.UDP, IpProtocol.ICMP, IpProtocol.ICMPV6 -> 2;
            case IpProtocol.SCTP -> 4;
            default -> 0;
        };
    }

    private static long mixBytes(long start, ByteBuffer bytes, int from, int end) {
        long hash = start;
        int at = from;
        for (; at + 8 <= end; at += 8) {
            hash = mix(hash, bytes.getLong(at));
        }
        for (; at < end; at++) {
            hash = mix(hash, bytes.get(at));
        }
        return hash;
    }

    private static long mix(long hash, long value) {
        long mixed = (hash ^ value) * MULTIPLIER;
        return mixed ^ mixed >>> 29;
    }

    private static long finish(long hash) {
        long mixed = (hash ^ hash >>> 32) * 0xd6e8_feb8_6659_fd93L;
        mixed ^= mixed >>> 32;
        return mixed == 0 ? 1 : mixed;
    }
}
