package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.Ipv4Header;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.packet.TransportChecksum;
import java.nio.ByteBuffer;

/**
 * Cuts an IPv4 packet that may be cut into fragments that fit a path (RFC 791, section 3.2). They lie in memory of their own,
 * of which there is enough to cut each packet of a batch in two; a packet that finds none left is not cut.
 *
 * <p>Owned by the worker's thread; allocates nothing.
 */
final class Ipv4Fragmenter {
    private static final int FRAMES = 128;

    /** Paths that take more get smaller fragments than they could, so that memory is bounded. */
    private static final int MAX_FRAGMENT_BYTES = 1_500;

    private static final int MAX_ETHERNET_BYTES = 18;

    private static final int OPTION_END = 0;
    private static final int OPTION_NO_OPERATION = 1;
    private static final int OPTION_COPIED = 0x80;

    private final Frame[] frames = new Frame[FRAMES];
    private int taken;
    private int first;

    Ipv4Fragmenter() {
        for (int i = 0; i < FRAMES; i++) {
            frames[i] = Frame.ofLength(MAX_ETHERNET_BYTES + MAX_FRAGMENT_BYTES);
        }
    }

    /**
     * Cuts the packet, whose transport checksum is completed before.
     *
     * @param mtuBytes the longest IP packet that fits, at least 68
     * @return the number of fragments, for {@link #fragment}; 0 if there is no memory for them now
     */
    int cut(Frame frame, ParsedPacket packet, int mtuBytes) {
        int ip = packet.networkOffset();
        int headerBytes = Ipv4Header.headerLengthBytes(frame.bytes(), ip);
        int payloadBytes = packet.networkEnd() - ip - headerBytes;
        int stepBytes = (Math.min(mtuBytes, MAX_FRAGMENT_BYTES) - headerBytes) & ~7;
        int count = (payloadBytes + stepBytes - 1) / stepBytes;
        if (taken + count > FRAMES) {
            return 0;
        }
        TransportChecksum.complete(frame);
        first = taken;
        taken += count;
        for (int i = 0; i < count; i++) {
            int at = i * stepBytes;
            fill(fragment(i), frame, ip, headerBytes, at, Math.min(stepBytes, payloadBytes - at), i == count - 1);
        }
        return count;
    }

    /** One of the fragments that the last packet was cut into, from 0. */
    Frame fragment(int index) {
        return frames[first + index];
    }

    /** The fragments have been sent. */
    void flushed() {
        taken = 0;
    }

    private static void fill(
            Frame fragment, Frame whole, int wholeIp, int headerBytes, int at, int payloadBytes, boolean last) {
        int toPayload = wholeIp - whole.start() + headerBytes;
        fragment.reset(Frame.HEADROOM_BYTES, toPayload + payloadBytes);
        ByteBuffer bytes = fragment.bytes();
        bytes.put(fragment.start(), whole.bytes(), whole.start(), toPayload);
        bytes.put(fragment.start() + toPayload, whole.bytes(), whole.start() + toPayload + at, payloadBytes);

        int ip = fragment.start() + toPayload - headerBytes;
        int offset = Ipv4Header.fragmentOffset(bytes, ip) + at / 8; // what is cut may be a fragment itself
        Ipv4Header.setFragment(bytes, ip, offset, !last || Ipv4Header.hasMoreFragments(bytes, ip));
        Ipv4Header.setTotalLengthBytes(bytes, ip, headerBytes + payloadBytes);
        if (at > 0) {
            blankOptions(bytes, ip + Ipv4Header.MIN_LENGTH_BYTES, ip + headerBytes);
        }
        Ipv4Header.writeChecksum(bytes, ip);
    }

    /** Options that only the first fragment may have become no-operations; of malformed ones nothing is touched. */
    private static void blankOptions(ByteBuffer bytes, int from, int end) {
        int at = from;
        while (at < end) {
            int type = bytes.get(at) & 0xff;
            if (type == OPTION_NO_OPERATION) {
                at++;
                continue;
            }
            int length = type == OPTION_END || at + 1 == end ? 0 : bytes.get(at + 1) & 0xff;
            if (length < 2 || at + length > end) {
                return;
            }
            for (int i = at; i < at + length && (type & OPTION_COPIED) == 0; i++) {
                bytes.put(i, (byte) OPTION_NO_OPERATION);
            }
            at += length;
        }
    }
}
