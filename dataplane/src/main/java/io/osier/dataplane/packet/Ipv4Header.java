package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/**
 * IPv4 header (RFC 791, section 3.1).
 *
 * <pre>
 *   0                   1                   2                   3
 *   |Version|  IHL  |      TOS      |         Total Length          |  0
 *   |        Identification         |Flags|     Fragment Offset     |  4
 *   |      TTL      |   Protocol    |        Header Checksum        |  8
 *   |                        Source Address                         | 12
 *   |                     Destination Address                       | 16
 *   |                     Options, up to 40 bytes                   | 20
 * </pre>
 */
public final class Ipv4Header {
    public static final int MIN_LENGTH_BYTES = 20;
    public static final int CHECKSUM = 10;
    public static final int SOURCE = 12;
    public static final int DESTINATION = 16;
    public static final int DONT_FRAGMENT = 0x4000;

    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int FRAGMENT_OFFSET = 0x1fff;

    private Ipv4Header() {}

    public static int version(ByteBuffer bytes, int offset) {
        return bytes.get(offset) >>> 4 & 0xf;
    }

    /** The header's length with options: 20 to 60, less if malformed. */
    public static int headerLengthBytes(ByteBuffer bytes, int offset) {
        return (bytes.get(offset) & 0xf) << 2;
    }

    public static void setTotalLengthBytes(ByteBuffer bytes, int offset, int lengthBytes) {
        bytes.putShort(offset + 2, (short) lengthBytes);
    }

    public static int totalLengthBytes(ByteBuffer bytes, int offset) {
        return bytes.getShort(offset + 2) & 0xffff;
    }

    public static int identification(ByteBuffer bytes, int offset) {
        return bytes.getShort(offset + 4) & 0xffff;
    }

    public static boolean isFragment(ByteBuffer bytes, int offset) {
        return (bytes.getShort(offset + 6) & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) != 0;
    }

    /** Where the fragment begins in its packet, in units of eight bytes. */
    public static int fragmentOffset(ByteBuffer bytes, int offset) {
        return bytes.getShort(offset + 6) & FRAGMENT_OFFSET;
    }

    /** Whether more fragments of the packet follow this one. */
    public static boolean hasMoreFragments(ByteBuffer bytes, int offset) {
        return (bytes.getShort(offset + 6) & MORE_FRAGMENTS) != 0;
    }

    /** Makes the packet a fragment that may be fragmented again. */
    public static void setFragment(ByteBuffer bytes, int offset, int fragmentOffset, boolean more) {
        bytes.putShort(offset + 6, (short) (fragmentOffset | (more ? MORE_FRAGMENTS : 0)));
    }

    public static boolean dontFragment(ByteBuffer bytes, int offset) {
        return (bytes.getShort(offset + 6) & DONT_FRAGMENT) != 0;
    }

    public static int ttl(ByteBuffer bytes, int offset) {
        return bytes.get(offset + 8) & 0xff;
    }

    public static int protocol(ByteBuffer bytes, int offset) {
        return bytes.get(offset + 9) & 0xff;
    }

    public static int checksum(ByteBuffer bytes, int offset) {
        return bytes.getShort(offset + CHECKSUM) & 0xffff;
    }

    public static int source(ByteBuffer bytes, int offset) {
        return bytes.getInt(offset + SOURCE);
    }

    public static int destination(ByteBuffer bytes, int offset) {
        return bytes.getInt(offset + DESTINATION);
    }

    /** Writes a header without options and its checksum. */
    public static void write(
            ByteBuffer bytes, int offset, int totalLengthBytes, int ttl, int protocol, int source, int destination) {
        bytes.putInt(offset, 0x4500_0000 | totalLengthBytes);
        bytes.putInt(offset + 4, DONT_FRAGMENT);
        bytes.putInt(offset + 8, ttl << 24 | protocol << 16);
        bytes.putInt(offset + SOURCE, source);
        bytes.putInt(offset + DESTINATION, destination);
        writeChecksum(bytes, offset);
    }

    /** Computes the header's checksum, options included. */
    public static void writeChecksum(ByteBuffer bytes, int offset) {
        bytes.putShort(offset + CHECKSUM, (short) 0);
        int sum = InternetChecksum.sum(bytes, offset, headerLengthBytes(bytes, offset), 0);
        bytes.putShort(offset + CHECKSUM, (short) ~InternetChecksum.fold(sum));
    }
}
