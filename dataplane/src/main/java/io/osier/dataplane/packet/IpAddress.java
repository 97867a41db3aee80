package io.osier.dataplane.packet;

import io.netty.util.NetUtil;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An IPv4 or IPv6 address as two longs in network order. IPv4 is held in its mapped form {@code ::ffff:a.b.c.d} (RFC
 * 4291, section 2.5.5.2), so that one layout serves both families in tables and on the forwarding path.
 */
public record IpAddress(long high, long low) implements Comparable<IpAddress> {
    /** The upper 32 bits of the low half of a mapped IPv4 address. */
    public static final long MAPPED_PREFIX = 0x0000_ffff_0000_0000L;

    /** What is wrong with an address that {@linkplain #hasLeadingZeros has them}, in Kubernetes' words. */
    public static final String LEADING_ZEROS = "must not have leading 0s";

    private static final long UPPER_32_BITS = 0xffff_ffff_0000_0000L;
    private static final Pattern OCTAL = Pattern.compile("(?:^|:)0[0-9]+\\.|\\.0[0-9]");

    /** The address with these 32 bits, {@code 0x0a200001} being 10.32.0.1. */
    public static IpAddress v4(int bits) {
        return new IpAddress(0, mapped(bits));
    }

    /** The low half of the mapped form of an IPv4 address. */
    public static long mapped(int v4Bits) {
        return MAPPED_PREFIX | (v4Bits & 0xffff_ffffL);
    }

    /**
     * Reads {@code 10.32.0.1} or {@code fd00::1}. Never asks a name server.
     *
     * @throws IllegalArgumentException if the text is not an address
     */
    public static IpAddress parse(String text) {
        byte @Nullable [] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        if (bytes == null || text.indexOf('%') >= 0 || text.indexOf('[') >= 0) {
            throw new IllegalArgumentException("\"" + text + "\" is not an IP address");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return bytes.length == 4 ? v4(buffer.getInt()) : new IpAddress(buffer.getLong(), buffer.getLong());
    }

    /**
     * The same of what somebody writes now. What is kept from before may have leading zeros, and is read as it always was.
     *
     * @throws IllegalArgumentException if the text is not an address, or one that other programs read in octal
     */
    public static IpAddress parseStrictly(String text) {
        if (hasLeadingZeros(text)) {
            throw new IllegalArgumentException("\"" + text + "\" is not an IP address: " + LEADING_ZEROS);
        }
        return parse(text);
    }

    /** Whether a part of an IPv4 address, or of one at the end of an IPv6 address or before a {@code /}, begins with a 0 too many. */
    public static boolean hasLeadingZeros(String text) {
        return OCTAL.matcher(text).find();
    }

    public boolean isV4() {
        return isV4(high, low);
    }

    /** Whether the two halves hold a mapped IPv4 address. */
    public static boolean isV4(long high, long low) {
        return high == 0 && (low & UPPER_32_BITS) == MAPPED_PREFIX;
    }

    /** Whether the address is a group's: multicast, or everybody on the link. */
    public static boolean isGroup(long high, long low) {
        return isMulticast(high, low) || (isV4(high, low) && (int) low == -1);
    }

    /** Whether the address is a multicast group's (RFC 5771; RFC 4291, section 2.7). */
    public static boolean isMulticast(long high, long low) {
        return isV4(high, low) ? (int) low >>> 28 == 0xe : high >>> 56 == 0xff;
    }

    /** The 32 bits of an IPv4 address; meaningless for IPv6. */
    public int v4Bits() {
        return (int) low;
    }

    @Override
    public int compareTo(IpAddress other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public String toString() {
        return format(high, low);
    }

    /** The usual text of the address (RFC 5952 for IPv6). */
    public static String format(long high, long low) {
        if (isV4(high, low)) {
            int bits = (int) low;
            return (bits >>> 24) + "." + (bits >>> 16 & 0xff) + "." + (bits >>> 8 & 0xff) + "." + (bits & 0xff);
        }
        byte[] bytes = ByteBuffer.allocate(16).putLong(high).putLong(low).array();
        return NetUtil.bytesToIpAddress(bytes);
    }
}
