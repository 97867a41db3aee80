package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/**
 * IPv6 header (RFC 8200, section 3).
 *
 * <pre>
 *   |Version| Traffic Class |           Flow Label                  |  0
 *   |         Payload Length        |  Next Header  |   Hop Limit   |  4
 *   |                        Source Address                         |  8
 *   |                      Destination Address                      | 24
 * </pre>
 */
public final class Ipv6Header {
    public static final int LENGTH_BYTES = 40;
    public static final int SOURCE = 8;
    public static final int DESTINATION = 24;

    private Ipv6Header() {}

    public static int payloadLengthBytes(ByteBuffer bytes, int offset) {
        return bytes.getShort(offset + 4) & 0xffff;
    }

    public static void setPayloadLengthBytes(ByteBuffer bytes, int offset, int lengthBytes) {
        bytes.putShort(offset + 4, (short) lengthBytes);
    }

    public static int nextHeader(ByteBuffer bytes, int offset) {
        return bytes.get(offset + 6) & 0xff;
    }

    public static int hopLimit(ByteBuffer bytes, int offset) {
        return bytes.get(offset + 7) & 0xff;
    }

    public static long sourceHigh(ByteBuffer bytes, int offset) {
        return bytes.getLong(offset + SOURCE);
    }

    public static long sourceLow(ByteBuffer bytes, int offset) {
        return bytes.getLong(offset + SOURCE + 8);
    }

    public static long destinationHigh(ByteBuffer bytes, int offset) {
        return bytes.getLong(offset + DESTINATION);
    }

    public static long destinationLow(ByteBuffer bytes, int offset) {
        return bytes.getLong(offset + DESTINATION + 8);
    }

    public static void setSource(ByteBuffer bytes, int offset, long high, long low) {
        bytes.putLong(offset + SOURCE, high);
        bytes.putLong(offset + SOURCE + 8, low);
    }

    public static void setDestination(ByteBuffer bytes, int offset, long high, long low) {
        bytes.putLong(offset + DESTINATION, high);
        bytes.putLong(offset + DESTINATION + 8, low);
    }

    /** Writes a whole header, traffic class and flow label zero. */
    public static void write(
            ByteBuffer bytes,
            int offset,
            int payloadLengthBytes,
            int nextHeader,
            int hopLimit,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow) {
        bytes.putInt(offset, 0x6000_0000);
        bytes.putInt(offset + 4, payloadLengthBytes << 16 | nextHeader << 8 | hopLimit);
        setSource(bytes, offset, sourceHigh, sourceLow);
        setDestination(bytes, offset, destinationHigh, destinationLow);
    }
}
