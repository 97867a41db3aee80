package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/**
 * Neighbour solicitation and advertisement (RFC 4861, sections 4.3 and 4.4), with the option that tells a MAC address.
 *
 * <pre>
 *   |     Type      |     Code      |           Checksum            |  0
 *   |R|S|O|                      Reserved                           |  4
 *   |                        Target Address                         |  8
 *   |  Option: type, length in 8 bytes, link-layer address          | 24
 * </pre>
 */
public final class NeighborMessage {
    /** With the option. */
    public static final int LENGTH_BYTES = 32;

    public static final int TARGET = 8;
    public static final int OPTION = 24;

    /** No router has passed the message on: it is from the same segment (RFC 4861, section 7.1). */
    public static final int HOP_LIMIT = 255;

    /** The option's type and length in front of the MAC address of whoever asks. */
    public static final long SOURCE_LINK_LAYER_ADDRESS = 0x0101_0000_0000_0000L;

    /** The same in front of the MAC address of the target. */
    public static final long TARGET_LINK_LAYER_ADDRESS = 0x0201_0000_0000_0000L;

    private static final long MAC_BITS = 0xffff_ffff_ffffL;

    /** The upper half of {@code ff02::1:ff00:0} (RFC 4291, section 2.7.1). */
    private static final long SOLICITED_NODE_HIGH = 0xff02_0000_0000_0000L;

    private static final long SOLICITED_NODE_LOW = 0x0000_0001_ff00_0000L;
    private static final long LAST_24_BITS = 0xff_ffffL;
    /** {@code 33:33} and the last four bytes of a group's address are its MAC address (RFC 2464, section 7). */
    private static final long GROUP_MAC = 0x3333_0000_0000L;

    private NeighborMessage() {}

    /** Whom those ask who look for this address. */
    public static IpAddress solicitedNode(IpAddress target) {
        return new IpAddress(SOLICITED_NODE_HIGH, SOLICITED_NODE_LOW | (target.low() & LAST_24_BITS));
    }

    /** The MAC address that stands for an IPv6 group. */
    public static long macOfGroup(IpAddress group) {
        return GROUP_MAC | (group.low() & 0xffff_ffffL);
    }

    /** Which MAC address the target has by this message; 0 if it does not say. */
    public static long targetMac(ByteBuffer bytes, ParsedPacket packet) {
        if (packet.networkEnd() - packet.transportOffset() < LENGTH_BYTES) {
            return 0;
        }
        long option = bytes.getLong(packet.transportOffset() + OPTION);
        return (option & ~MAC_BITS) == TARGET_LINK_LAYER_ADDRESS ? option & MAC_BITS : 0;
    }
}
