package io.osier.dataplane.conntrack;

import io.osier.dataplane.packet.TcpHeader;
import java.nio.ByteBuffer;

/**
 * What each side of a connection has acknowledged and up to where it takes data: enough to tell whether a reset is one (RFC
 * 5961, section 3), and to make one. No packet is ever refused for its numbers. Lies in the entry:
 *
 * <pre>
 *  160  client: acknowledged up to (4), takes up to (4)   168  backend: the same
 *  176  client: window scale (1)   177  backend: the same; 0 not known, 1 none, 2 + shift; {@link #SEEN} when 160 or 168 counts
 * </pre>
 */
public final class TcpWindows {
    private static final int CLIENT = 160;
    private static final int BACKEND = 168;
    private static final int CLIENT_SCALE = 176;
    private static final int BACKEND_SCALE = 177;

    private static final int SEEN = 0x80;
    private static final int NO_SCALE = 1;
    private static final int SCALE = 2;
    /** RFC 7323, section 2.3; also what is assumed where the handshake was not seen. */
    private static final int MAX_SHIFT = 14;

    private static final int OPTION_END = 0;
    private static final int OPTION_NOP = 1;
    private static final int OPTION_WINDOW_SCALE = 3;
    private static final int WINDOW = 14;

    private final ByteBuffer memory;

    TcpWindows(ByteBuffer memory) {
        this.memory = memory;
    }

    /** Whether this side has acknowledged anything. */
    public boolean hasAcknowledged(int entry, boolean backend) {
        return (memory.get(at(entry) + (backend ? BACKEND_SCALE : CLIENT_SCALE)) & SEEN) != 0;
    }

    /** The next sequence number that this side waits for, if it {@link #hasAcknowledged}. */
    public int acknowledged(int entry, boolean backend) {
        return memory.getInt(at(entry) + (backend ? BACKEND : CLIENT));
    }

    /**
     * Learns from a segment of one side.
     *
     * @param tcp where its header is
     * @return whether its flags are to be believed: false for a reset that the other side would not take
     */
    boolean learn(int entry, boolean fromBackend, ByteBuffer bytes, int tcp, int flags) {
        if ((flags & TcpHeader.RST) != 0) {
            return isAcceptable(entry, !fromBackend, TcpHeader.sequence(bytes, tcp));
        }
        int scaleAt = at(entry) + (fromBackend ? BACKEND_SCALE : CLIENT_SCALE);
        boolean syn = (flags & TcpHeader.SYN) != 0;
        if (syn) {
            memory.put(scaleAt, (byte) (scaleOption(bytes, tcp) | (memory.get(scaleAt) & SEEN)));
        }
        if ((flags & TcpHeader.ACK) != 0) {
            int windowBytes = (bytes.getShort(tcp + WINDOW) & 0xffff) << (syn ? 0 : shift(entry, fromBackend));
            acknowledge(entry, fromBackend, TcpHeader.acknowledgment(bytes, tcp), windowBytes, scaleAt);
        }
        return true;
    }

    private void acknowledge(int entry, boolean backend, int acknowledged, int windowBytes, int scaleAt) {
        int at = at(entry) + (backend ? BACKEND : CLIENT);
        int end = acknowledged + windowBytes;
        boolean first = (memory.get(scaleAt) & SEEN) == 0;
        if (first || acknowledged - memory.getInt(at) > 0) {
            memory.putInt(at, acknowledged);
        }
        if (first || end - memory.getInt(at + 4) > 0) {
            memory.putInt(at + 4, end);
        }
        memory.put(scaleAt, (byte) (memory.get(scaleAt) | SEEN));
    }

    /** Whether the side would take a reset of this sequence number; one that has acknowledged nothing takes any. */
    private boolean isAcceptable(int entry, boolean backend, int sequence) {
        if (!hasAcknowledged(entry, backend)) {
            return true;
        }
        int at = at(entry) + (backend ? BACKEND : CLIENT);
        int next = memory.getInt(at);
        return Integer.compareUnsigned(sequence - next, memory.getInt(at + 4) - next) <= 0;
    }

    /** Scaling counts only if both sides have offered it (RFC 7323, section 2.2). */
    private int shift(int entry, boolean backend) {
        int own = memory.get(at(entry) + (backend ? BACKEND_SCALE : CLIENT_SCALE)) & ~SEEN & 0xff;
        int other = memory.get(at(entry) + (backend ? CLIENT_SCALE : BACKEND_SCALE)) & ~SEEN & 0xff;
        if (own == NO_SCALE || other == NO_SCALE) {
            return 0;
        }
        return own == 0 ? MAX_SHIFT : Math.min(own - SCALE, MAX_SHIFT);
    }

    private static int scaleOption(ByteBuffer bytes, int tcp) {
        int end = tcp + TcpHeader.headerLengthBytes(bytes, tcp);
        int at = tcp + TcpHeader.MIN_LENGTH_BYTES;
        while (at + 1 < end) {
            int kind = bytes.get(at);
            int lengthBytes = kind == OPTION_NOP ? 1 : bytes.get(at + 1) & 0xff;
            if (kind == OPTION_END || lengthBytes == 0 || at + lengthBytes > end) {
                return NO_SCALE;
            }
            if (kind == OPTION_WINDOW_SCALE && lengthBytes == 3) {
                return SCALE + Math.min(bytes.get(at + 2) & 0xff, MAX_SHIFT);
            }
            at += lengthBytes;
        }
        return NO_SCALE;
    }

    private static int at(int entry) {
        return entry * ConnectionEntries.ENTRY_BYTES;
    }
}
