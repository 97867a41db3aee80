package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/**
 * The Internet checksum (RFC 1071) and its incremental update (RFC 1624, equation 3). Sums are one's complement sums of
 * 16-bit big-endian words, held in an int with the carries in its upper half until {@link #fold}.
 */
public final class InternetChecksum {
    private InternetChecksum() {}

    /** Adds the words of {@code lengthBytes} bytes to a sum; an odd last byte counts as a word's upper half. */
    public static int sum(ByteBuffer bytes, int offset, int lengthBytes, int start) {
        long sum = start & 0xffff_ffffL;
        int at = offset;
        int end = offset + lengthBytes;
        for (; at + 8 <= end; at += 8) {
            long words = bytes.getLong(at);
            sum += (words >>> 32) + (words & 0xffff_ffffL);
        }
        if (at + 4 <= end) {
            sum += bytes.getInt(at) & 0xffff_ffffL;
            at += 4;
        }
        if (at + 2 <= end) {
            sum += bytes.getShort(at) & 0xffff;
            at += 2;
        }
        if (at < end) {
            sum += (bytes.get(at) & 0xff) << 8;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    /** Brings the carries of a sum back in: a value of 16 bits. */
    public static int fold(int sum) {
        int folded = (sum & 0xffff) + (sum >>> 16);
        return (folded & 0xffff) + (folded >>> 16);
    }

    /** The sum of a 32-bit value's two words. */
    public static int sumOf(int value) {
        return (value >>> 16) + (value & 0xffff);
    }

    /** The sum of a 64-bit value's four words. */
    public static int sumOf(long value) {
        return sumOf((int) (value >>> 32)) + sumOf((int) value);
    }

    /**
     * The sum of an address as it lies in a packet's pseudo-header: two words of IPv4, eight of IPv6.
     *
     * @param high and low the halves of {@link IpAddress}
     */
    public static int sumOfAddress(long high, long low) {
        return IpAddress.isV4(high, low) ? sumOf((int) low) : sumOf(high) + sumOf(low);
    }

    /** The sum of the pseudo-header of TCP, UDP and ICMPv6 (RFC 9293, 3.1; RFC 8200, 8.1). */
    public static int pseudoHeader(
            long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, int protocol, int lengthBytes) {
        return sumOfAddress(sourceHigh, sourceLow)
                + sumOfAddress(destinationHigh, destinationLow)
                + protocol
                + sumOf(lengthBytes);
    }

    /**
     * Replaces words of what a checksum field covers.
     *
     * @param removed the sum of the words as they were
     * @param added the sum of the words as they are now
     */
    public static void update(ByteBuffer bytes, int field, int removed, int added) {
        int checksum = bytes.getShort(field) & 0xffff;
        int sum = (~checksum & 0xffff) + (~fold(removed) & 0xffff) + fold(added);
        bytes.putShort(field, (short) ~fold(sum));
    }

    /** The same for a partial checksum, which holds the pseudo-header's sum itself and not its complement. */
    public static void updatePartial(ByteBuffer bytes, int field, int removed, int added) {
        int sum = (bytes.getShort(field) & 0xffff) + (~fold(removed) & 0xffff) + fold(added);
        bytes.putShort(field, (short) fold(sum));
    }
}
