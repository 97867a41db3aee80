package io.osier.dataplane.packet;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address range in CIDR notation (RFC 4632). The address part has no bits below the mask.
 *
 * @param lengthBits leading bits that count: 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record IpPrefix(IpAddress address, int lengthBits) {
    private static final Pattern CIDR = Pattern.compile("([^/]+)/([0-9]{1,3})");

    public IpPrefix {
        if (lengthBits < 0 || lengthBits > (address.isV4() ? 32 : 128)) {
            throw new IllegalArgumentException("prefix length " + lengthBits + " of " + address + " is out of range");
        }
        if (!masked(address, lengthBits).equals(address)) {
            throw new IllegalArgumentException(address + "/" + lengthBits + " has bits below its mask: write "
                    + masked(address, lengthBits) + "/" + lengthBits);
        }
    }

    /**
     * Reads {@code 10.32.0.0/12}.
     *
     * @throws IllegalArgumentException if it is not a prefix, or has bits below its mask
     */
    public static IpPrefix parse(String text) {
        Matcher matcher = CIDR.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a CIDR range such as 10.32.0.0/12");
        }
        return new IpPrefix(IpAddress.parse(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /**
     * The same of what somebody writes now.
     *
     * @throws IllegalArgumentException as {@link IpAddress#parseStrictly} does, too
     */
    public static IpPrefix parseStrictly(String text) {
        if (IpAddress.hasLeadingZeros(text)) {
            throw new IllegalArgumentException("\"" + text + "\" is not a CIDR range: " + IpAddress.LEADING_ZEROS);
        }
        return parse(text);
    }

    /** The one-address prefix. */
    public static IpPrefix of(IpAddress address) {
        return new IpPrefix(address, address.isV4() ? 32 : 128);
    }

    /** The prefix of this length that the address lies in. */
    public static IpPrefix containing(IpAddress address, int lengthBits) {
        return new IpPrefix(masked(address, lengthBits), lengthBits);
    }

    public boolean contains(IpAddress other) {
        return other.isV4() == address.isV4() && masked(other, lengthBits).equals(address);
    }

    /** The same of an address that is no object: an IPv4 address as IPv6 maps it. */
    public boolean contains(long high, long low) {
        if (IpAddress.isV4(high, low) != address.isV4()) {
            return false;
        }
        int bits = address.isV4() ? 96 + lengthBits : lengthBits;
        long highMask = bits >= 64 ? -1L : bits == 0 ? 0 : -1L << (64 - bits);
        long lowMask = bits <= 64 ? 0 : -1L << (128 - bits);
        return (high & highMask) == address.high() && (low & lowMask) == address.low();
    }

    public boolean overlaps(IpPrefix other) {
        return lengthBits <= other.lengthBits ? contains(other.address) : other.contains(address);
    }

    /** The mask as 32 bits, {@code 0xffffff00} for a /24; IPv4 only. */
    public int v4Mask() {
        return v4Mask(lengthBits);
    }

    /** The IPv4 mask with this many leading ones. */
    public static int v4Mask(int lengthBits) {
        return lengthBits == 0 ? 0 : -1 << (32 - lengthBits);
    }

    private static IpAddress masked(IpAddress address, int lengthBits) {
        if (address.isV4()) {
            return IpAddress.v4(address.v4Bits() & v4Mask(lengthBits));
        }
        long highMask = lengthBits == 0 ? 0 : -1L << (64 - Math.min(lengthBits, 64));
        long lowMask = lengthBits <= 64 ? 0 : -1L << (128 - lengthBits);
        return new IpAddress(address.high() & highMask, address.low() & lowMask);
    }

    @Override
    public String toString() {
        return address + "/" + lengthBits;
    }
}
