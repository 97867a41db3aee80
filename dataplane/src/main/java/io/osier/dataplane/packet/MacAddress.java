package io.osier.dataplane.packet;

import java.util.HexFormat;

/** Ethernet addresses as the low 48 bits of a long, and the pods' own scheme: {@code 0a:58} + IPv4 address. */
public final class MacAddress {
    public static final long BROADCAST = 0xffff_ffff_ffffL;
    /** The two leading bytes of every pod's and gateway's address, in place. */
    public static final long POD_PREFIX = 0x0a58_0000_0000L;

    private static final long POD_PREFIX_MASK = 0xffff_0000_0000L;
    private static final long GROUP_BIT = 0x0100_0000_0000L;

    private MacAddress() {}

    /** The address of the pod (or gateway) with this IPv4 address. */
    public static long ofPod(int v4Bits) {
        return POD_PREFIX | (v4Bits & 0xffff_ffffL);
    }

    /** Whether the address says which IPv4 address it belongs to; {@code (int) mac} is that address. */
    public static boolean isPod(long mac) {
        return (mac & POD_PREFIX_MASK) == POD_PREFIX;
    }

    /** Broadcast or multicast: the lowest bit of the first byte (IEEE 802.3, 3.2.3). */
    public static boolean isGroup(long mac) {
        return (mac & GROUP_BIT) != 0;
    }

    /** Addresses 01:80:c2:00:00:00 to 0f: bridges keep these to one link (IEEE 802.1Q, table 8-1). */
    public static boolean isLinkConstrained(long mac) {
        return (mac & 0xffff_ffff_fff0L) == 0x0180_c200_0000L;
    }

    /** {@code 0a:58:0a:20:00:01}. */
    public static String format(long mac) {
        return HexFormat.ofDelimiter(":").formatHex(new byte[] {
            (byte) (mac >>> 40),
            (byte) (mac >>> 32),
            (byte) (mac >>> 24),
            (byte) (mac >>> 16),
            (byte) (mac >>> 8),
            (byte) mac
        });
    }
}
