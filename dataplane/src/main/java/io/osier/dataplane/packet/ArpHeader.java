package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/**
 * ARP for IPv4 over Ethernet (RFC 826).
 *
 * <pre>
 *  0       2       4      5      6    8            14          18           24          28
 *  | htype | ptype | hlen | plen | op | sender MAC | sender IP | target MAC | target IP |
 * </pre>
 */
public final class ArpHeader {
    public static final int LENGTH_BYTES = 28;
    public static final int REQUEST = 1;
    public static final int REPLY = 2;

    private static final long IPV4_OVER_ETHERNET = 0x0001_0800_0604L;

    private ArpHeader() {}

    /** Whether hardware type, protocol type and lengths are those of IPv4 over Ethernet. */
    public static boolean isIpv4OverEthernet(ByteBuffer bytes, int offset) {
        return bytes.getLong(offset) >>> 16 == IPV4_OVER_ETHERNET;
    }

    public static int operation(ByteBuffer bytes, int offset) {
        return bytes.getShort(offset + 6) & 0xffff;
    }

    public static long senderMac(ByteBuffer bytes, int offset) {
        return EthernetHeader.mac(bytes, offset + 8);
    }

    public static int senderIp(ByteBuffer bytes, int offset) {
        return bytes.getInt(offset + 14);
    }

    public static int targetIp(ByteBuffer bytes, int offset) {
        return bytes.getInt(offset + 24);
    }

    /** Writes a whole packet. */
    public static void write(
            ByteBuffer bytes, int offset, int operation, long senderMac, int senderIp, long targetMac, int targetIp) {
        bytes.putLong(offset, IPV4_OVER_ETHERNET << 16 | operation);
        EthernetHeader.setMac(bytes, offset + 8, senderMac);
        bytes.putInt(offset + 14, senderIp);
        EthernetHeader.setMac(bytes, offset + 18, targetMac);
        bytes.putInt(offset + 24, targetIp);
    }
}
