package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/**
 * TCP header (RFC 9293, section 3.1).
 *
 * <pre>
 *   |          Source Port          |       Destination Port        |  0
 *   |                        Sequence Number                        |  4
 *   |                    Acknowledgment Number                      |  8
 *   | Offset|  Res  |     Flags     |            Window             | 12
 *   |           Checksum            |         Urgent Pointer        | 16
 * </pre>
 */
public final class TcpHeader {
    public static final int MIN_LENGTH_BYTES = 20;
    public static final int SEQUENCE = 4;
    public static final int FLAGS = 13;
    public static final int CHECKSUM = 16;

    public static final int FIN = 0x01;
    public static final int SYN = 0x02;
    public static final int RST = 0x04;
    public static final int PSH = 0x08;
    public static final int ACK = 0x10;
    public static final int ECE = 0x40;
    public static final int CWR = 0x80;

    private TcpHeader() {}

    public static int sequence(ByteBuffer bytes, int offset) {
        return bytes.getInt(offset + SEQUENCE);
    }

    public static int acknowledgment(ByteBuffer bytes, int offset) {
        return bytes.getInt(offset + 8);
    }

    /** The header's length with options: 20 to 60, less if malformed. */
    public static int headerLengthBytes(ByteBuffer bytes, int offset) {
        return bytes.get(offset + 12) >>> 2 & 0x3c;
    }

    /** Whether the flags are those of a connection's first packet: SYN, and nothing acknowledged (RFC 9293, section 3.5). */
    public static boolean isOpening(int flags) {
        return (flags & (SYN | ACK)) == SYN;
    }

    public static int flags(ByteBuffer bytes, int offset) {
        return bytes.get(offset + FLAGS) & 0xff;
    }
}
