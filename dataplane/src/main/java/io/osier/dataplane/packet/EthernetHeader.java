package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/**
 * Ethernet II header (IEEE 802.3, 3.1.1).
 *
 * <pre>
 *  0             6        12          14
 *  | destination | source | ethertype |
 * </pre>
 */
public final class EthernetHeader {
    public static final int LENGTH_BYTES = 14;
    public static final int DESTINATION = 0;
    public static final int SOURCE = 6;
    public static final int ETHERTYPE = 12;

    public static final int TYPE_IPV4 = 0x0800;
    public static final int TYPE_ARP = 0x0806;
    public static final int TYPE_IPV6 = 0x86dd;
    /** IEEE 802.1Q. */
    public static final int TYPE_VLAN = 0x8100;
    /** IEEE 802.1ad. */
    public static final int TYPE_SERVICE_VLAN = 0x88a8;
    /** What 802.1ad had before it had a number. */
    public static final int TYPE_OLD_SERVICE_VLAN = 0x9100;

    private EthernetHeader() {}

    public static long destination(ByteBuffer bytes, int offset) {
        return mac(bytes, offset + DESTINATION);
    }

    public static long source(ByteBuffer bytes, int offset) {
        return mac(bytes, offset + SOURCE);
    }

    public static int etherType(ByteBuffer bytes, int offset) {
        return bytes.getShort(offset + ETHERTYPE) & 0xffff;
    }

    public static void setDestination(ByteBuffer bytes, int offset, long mac) {
        setMac(bytes, offset + DESTINATION, mac);
    }

    public static void setSource(ByteBuffer bytes, int offset, long mac) {
        setMac(bytes, offset + SOURCE, mac);
    }

    public static void setEtherType(ByteBuffer bytes, int offset, int etherType) {
        bytes.putShort(offset + ETHERTYPE, (short) etherType);
    }

    /** Reads the six bytes at {@code offset}. */
    static long mac(ByteBuffer bytes, int offset) {
        return ((bytes.getShort(offset) & 0xffffL) << 32) | (bytes.getInt(offset + 2) & 0xffff_ffffL);
    }

    /** Writes the six bytes at {@code offset}. */
    static void setMac(ByteBuffer bytes, int offset, long mac) {
        bytes.putShort(offset, (short) (mac >>> 32));
        bytes.putInt(offset + 2, (int) mac);
    }
}
