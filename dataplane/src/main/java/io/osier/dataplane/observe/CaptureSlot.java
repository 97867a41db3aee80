package io.osier.dataplane.observe;

import java.nio.ByteBuffer;

/**
 * How a record lies in the ring: the numbers first, then the packet's bytes. The worker writes what belongs to one sight of a
 * packet when it happens, and what was decided about the packet when that is known.
 *
 * <pre>
 *    0 | epochNanos (8)                                                        |
 *    8 | packetId (8)                                                          |
 *   16 | stage (1) | rewrite (1) | flags (2)   | port (2)    | drop reason (2)  |
 *   24 | original length (4)                   | copies (4)                     |
 *   32 | from port (2) | to port (2) | backend index (4)                        |
 *   40 | backend count (4) | service port (2)  | backend port (2)               |
 *   48 | service address (16)                                                  |
 *   64 | backend address (16)                                                  |
 *   80 | tunnel's other end (16)                                               |
 *   96 | bytes …                                                               |
 * </pre>
 *
 * Ports are {@link ObservedPort} numbers; stage, rewrite and drop reason are ordinals, which never leave the process.
 */
final class CaptureSlot {
    static final int EPOCH_NANOS = 0;
    static final int PACKET_ID = 8;
    static final int STAGE = 16;
    static final int REWRITE = 17;
    static final int FLAGS = 18;
    static final int PORT = 20;
    static final int DROP_REASON = 22;
    static final int ORIGINAL_LENGTH = 24;
    static final int COPIES = 28;
    static final int FROM_PORT = 32;
    static final int TO_PORT = 34;
    static final int BACKEND_INDEX = 36;
    static final int BACKEND_COUNT = 40;
    static final int SERVICE_PORT = 44;
    static final int BACKEND_PORT = 46;
    static final int SERVICE = 48;
    static final int BACKEND = 64;
    static final int REMOTE = 80;
    static final int BYTES = 96;

    /** In place of a drop reason or a port: there is none. */
    static final int NONE = 0xffff;

    /** The packet was on its way out. */
    static final int OUTBOUND = 1;
    /** The packet was made here, in answer to the one that came in: it has a number of its own. */
    static final int MADE_HERE = 1 << 1;
    /** Bytes begin with the tunnel header, and belong into a UDP datagram. */
    static final int TUNNELLED = 1 << 2;
    /** Bytes are a UDP payload that could not be read as a tunnel packet. */
    static final int UNDECODED = 1 << 3;
    /** The transport checksum is still to be completed. */
    static final int CHECKSUM_PARTIAL = 1 << 4;
    /** The transport checksum has been checked. */
    static final int CHECKSUM_VALID = 1 << 5;
    /** The packet will be sent, or was received, as several segments. */
    static final int SEGMENTED = 1 << 6;
    /** The source was hidden behind the gateway. */
    static final int MASQUERADED = 1 << 7;
    /** The packet was answered on the spot. */
    static final int ANSWERED = 1 << 8;

    /** Three bits from here on: the ordinal of the {@link PacketTrace.Choice}. */
    static final int CHOICE_SHIFT = 9;

    static final int CHOICE_MASK = 7;

    private CaptureSlot() {}

    static int unsignedShort(ByteBuffer bytes, int index) {
        return bytes.getShort(index) & 0xffff;
    }

    static void putAddress(ByteBuffer bytes, int index, long high, long low) {
        bytes.putLong(index, high);
        bytes.putLong(index + 8, low);
    }
}
