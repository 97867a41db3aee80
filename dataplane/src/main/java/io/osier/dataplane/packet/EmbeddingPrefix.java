package io.osier.dataplane.packet;

/**
 * An IPv6 prefix of 96 bits behind which an IPv4 address stands (RFC 6052, section 2.2): who has an IPv4 address has an IPv6
 * address, too, and each says the other.
 *
 * <pre>
 *   0                              96          128
 *   |  fd6f:7369:6572:1:0:0        | 10.32.0.2 |      fd6f:7369:6572:1::a20:2
 * </pre>
 */
public record EmbeddingPrefix(IpPrefix prefix) {
    /** The length of all such prefixes. */
    public static final int LENGTH_BITS = 96;

    private static final long UPPER_32_BITS = 0xffff_ffff_0000_0000L;

    public EmbeddingPrefix {
        if (prefix.address().isV4() || prefix.lengthBits() != LENGTH_BITS) {
            throw new IllegalArgumentException(prefix + " is no IPv6 prefix of " + LENGTH_BITS + " bits");
        }
    }

    /**
     * Reads {@code fd00:10:32::/64}: the first 96 bits of a range that may be larger.
     *
     * @throws IllegalArgumentException if it is no IPv6 range, or leaves no 32 bits for an address
     */
    public static EmbeddingPrefix parse(String text) {
        IpPrefix range = IpPrefix.parse(text);
        if (range.address().isV4()) {
            throw new IllegalArgumentException(text + " is not an IPv6 range");
        }
        if (range.lengthBits() > LENGTH_BITS) {
            throw new IllegalArgumentException(
                    text + " leaves no room for IPv4 addresses in it: the prefix may be /" + LENGTH_BITS + " at most");
        }
        return new EmbeddingPrefix(new IpPrefix(range.address(), LENGTH_BITS));
    }

    /** Whether the address is of this prefix; its last 32 bits are an IPv4 address then. */
    public boolean contains(long high, long low) {
        return high == prefix.address().high()
                && (low & UPPER_32_BITS) == prefix.address().low();
    }

    /** The upper half of all addresses of this prefix. */
    public long high() {
        return prefix.address().high();
    }

    /** The lower half of the address that this IPv4 address stands in. */
    public long low(int v4Bits) {
        return prefix.address().low() | (v4Bits & 0xffff_ffffL);
    }

    /** The address that this IPv4 address stands in. */
    public IpAddress of(IpAddress v4) {
        return new IpAddress(high(), low(v4.v4Bits()));
    }

    /** The range that this IPv4 range stands in. */
    public IpPrefix of(IpPrefix v4) {
        return new IpPrefix(of(v4.address()), LENGTH_BITS + v4.lengthBits());
    }
}
