package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/**
 * UDP header (RFC 768). Source and destination port lie where TCP's and SCTP's lie, so {@link #sourcePort} and
 * {@link #destinationPort} read all three.
 *
 * <pre>
 *   |          Source Port          |       Destination Port        |  0
 *   |            Length             |           Checksum            |  4
 * </pre>
 */
public final class UdpHeader {
    public static final int LENGTH_BYTES = 8;
    public static final int SOURCE_PORT = 0;
    public static final int DESTINATION_PORT = 2;
    public static final int CHECKSUM = 6;

    private UdpHeader() {}

    public static int sourcePort(ByteBuffer bytes, int offset) {
        return bytes.getShort(offset + SOURCE_PORT) & 0xffff;
    }

    public static int destinationPort(ByteBuffer bytes, int offset) {
        return bytes.getShort(offset + DESTINATION_PORT) & 0xffff;
    }

    public static int lengthBytes(ByteBuffer bytes, int offset) {
        return bytes.getShort(offset + 4) & 0xffff;
    }

    public static void setLengthBytes(ByteBuffer bytes, int offset, int lengthBytes) {
        bytes.putShort(offset + 4, (short) lengthBytes);
    }
}
