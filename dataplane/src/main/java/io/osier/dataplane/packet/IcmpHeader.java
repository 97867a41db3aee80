package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/**
 * ICMP (RFC 792) and ICMPv6 (RFC 4443) headers, which share their first eight bytes. An error carries the start of the
 * packet that caused it behind them.
 *
 * <pre>
 *   |     Type      |     Code      |           Checksum            |  0
 *   |                  depends on the type                          |  4
 *   |         for errors: the packet that caused it …               |  8
 * </pre>
 */
public final class IcmpHeader {
    public static final int LENGTH_BYTES = 8;
    public static final int CHECKSUM = 2;

    public static final int V4_ECHO_REPLY = 0;
    public static final int V4_UNREACHABLE = 3;
    public static final int V4_SOURCE_QUENCH = 4;
    public static final int V4_REDIRECT = 5;
    public static final int V4_ECHO_REQUEST = 8;
    public static final int V4_TIME_EXCEEDED = 11;
    public static final int V4_PARAMETER_PROBLEM = 12;
    public static final int V4_CODE_PORT_UNREACHABLE = 3;
    /** Fragmentation needed and DF set (RFC 1191, section 4): the next hop's MTU is in the last two bytes of the header. */
    public static final int V4_CODE_FRAGMENTATION_NEEDED = 4;

    public static final int V6_UNREACHABLE = 1;
    public static final int V6_CODE_PORT_UNREACHABLE = 4;
    /** The next hop's MTU is in the last four bytes of the header (RFC 4443, section 3.2). */
    public static final int V6_PACKET_TOO_BIG = 2;

    public static final int V6_ECHO_REQUEST = 128;
    public static final int V6_ECHO_REPLY = 129;
    private static final int V6_MULTICAST_LISTENER_QUERY = 130;
    public static final int V6_ROUTER_ADVERTISEMENT = 134;
    public static final int V6_NEIGHBOR_SOLICITATION = 135;
    public static final int V6_NEIGHBOR_ADVERTISEMENT = 136;
    public static final int V6_REDIRECT = 137;

    /** RFC 3810, section 5.2. */
    private static final int V6_MULTICAST_LISTENER_REPORT_2 = 143;

    private static final int V6_FIRST_INFORMATIONAL = 128;

    private IcmpHeader() {}

    public static int type(ByteBuffer bytes, int offset) {
        return bytes.get(offset) & 0xff;
    }

    public static int code(ByteBuffer bytes, int offset) {
        return bytes.get(offset + 1) & 0xff;
    }

    /** Whether an ICMP message of this type carries the packet that caused it (RFC 792; RFC 1122, 3.2.2). */
    public static boolean isV4Error(int type) {
        return type == V4_UNREACHABLE
                || type == V4_SOURCE_QUENCH
                || type == V4_REDIRECT
                || type == V4_TIME_EXCEEDED
                || type == V4_PARAMETER_PROBLEM;
    }

    /**
     * Whether the message is an echo request or reply, whose first two bytes behind the checksum identify the conversation (RFC 792;
     * RFC 4443, section 4).
     */
    public static boolean isEcho(int type, boolean v4) {
        return isEchoRequest(type, v4) || type == (v4 ? V4_ECHO_REPLY : V6_ECHO_REPLY);
    }

    /** Whether it is an echo request. */
    public static boolean isEchoRequest(int type, boolean v4) {
        return type == (v4 ? V4_ECHO_REQUEST : V6_ECHO_REQUEST);
    }

    /** The identifier of an echo message. */
    public static int echoIdentifier(ByteBuffer bytes, int offset) {
        return bytes.getShort(offset + 4) & 0xffff;
    }

    /** Whether an ICMPv6 message of this type solicits or advertises a neighbour (RFC 4861, sections 4.3 and 4.4). */
    public static boolean isNeighborMessage(int type) {
        return type == V6_NEIGHBOR_SOLICITATION || type == V6_NEIGHBOR_ADVERTISEMENT;
    }

    /** Whether an ICMPv6 message of this type is multicast listener discovery (RFC 3810) or neighbour discovery (RFC 4861). */
    public static boolean isV6LinkControl(int type) {
        return (type >= V6_MULTICAST_LISTENER_QUERY && type <= V6_REDIRECT) || type == V6_MULTICAST_LISTENER_REPORT_2;
    }

    /** Whether an ICMPv6 message of this type is an error (RFC 4443, section 2.1). */
    public static boolean isV6Error(int type) {
        return type < V6_FIRST_INFORMATIONAL;
    }
}
