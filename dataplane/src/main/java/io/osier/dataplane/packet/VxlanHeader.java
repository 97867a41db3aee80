package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/**
 * VXLAN header (RFC 7348, section 5). Reserved bits are sent as zero and ignored on receipt, except between ends that have
 * agreed on remote checksum offload as Linux has it ({@code net/vxlan.h}, {@code remcsumtx} and {@code remcsumrx}): flag C
 * says that the inner transport checksum holds only the pseudo-header's sum, and the last byte says where it is. The outer
 * UDP checksum vouches for what the inner one does not cover.
 *
 * <pre>
 *   |R|R|R|R|I|R|R|R|R R|C|              Reserved                   |  0
 *   |                VXLAN Network Identifier (VNI) |O|   Start/2   |  4
 * </pre>
 *
 * Start counts from the inner Ethernet header; the checksum field lies 6 bytes behind it (UDP) if O is set, else 16 (TCP).
 */
public final class VxlanHeader {
    public static final int LENGTH_BYTES = 8;
    /** Given by IANA (RFC 7348, section 5). */
    public static final int UDP_PORT = 4789;

    public static final int MAX_VNI = 0xff_ffff;

    private static final int FLAG_VNI_VALID = 0x0800_0000;
    private static final int FLAG_REMOTE_CHECKSUM = 0x0020_0000;
    private static final int CHECKSUM_OF_UDP = 0x80;
    private static final int MAX_CHECKSUM_START = 0x7f << 1;

    private VxlanHeader() {}

    public static boolean isVniValid(ByteBuffer bytes, int offset) {
        return (bytes.getInt(offset) & FLAG_VNI_VALID) != 0;
    }

    public static int vni(ByteBuffer bytes, int offset) {
        return bytes.getInt(offset + 4) >>> 8;
    }

    public static void write(ByteBuffer bytes, int offset, int vni) {
        bytes.putInt(offset, FLAG_VNI_VALID);
        bytes.putInt(offset + 4, vni << 8);
    }

    /** Whether the header can say where this checksum is: bytes from the inner Ethernet header, and from there to the field. */
    public static boolean canTellChecksum(int checksumStart, int checksumOffset) {
        return checksumStart <= MAX_CHECKSUM_START
                && (checksumStart & 1) == 0
                && (checksumOffset == UdpHeader.CHECKSUM || checksumOffset == TcpHeader.CHECKSUM);
    }

    /** Writes a header that says where a partial checksum is; only if {@link #canTellChecksum}. */
    public static void writeWithChecksum(ByteBuffer bytes, int offset, int vni, int checksumStart, int checksumOffset) {
        bytes.putInt(offset, FLAG_VNI_VALID | FLAG_REMOTE_CHECKSUM);
        int udp = checksumOffset == UdpHeader.CHECKSUM ? CHECKSUM_OF_UDP : 0;
        bytes.putInt(offset + 4, vni << 8 | udp | checksumStart >> 1);
    }

    /** Whether the inner checksum is partial; meaningless from an end that has not agreed on it. */
    public static boolean hasRemoteChecksum(ByteBuffer bytes, int offset) {
        return (bytes.getInt(offset) & FLAG_REMOTE_CHECKSUM) != 0;
    }

    public static int checksumStart(ByteBuffer bytes, int offset) {
        return (bytes.get(offset + 7) & 0x7f) << 1;
    }

    public static int checksumOffset(ByteBuffer bytes, int offset) {
        return (bytes.get(offset + 7) & CHECKSUM_OF_UDP) != 0 ? UdpHeader.CHECKSUM : TcpHeader.CHECKSUM;
    }
}
