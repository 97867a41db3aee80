package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/**
 * VXLAN header (RFC 7348, section 5). Reserved bits are sent as zero and ignored on receipt.
 *
 * <pre>
 *   |R|R|R|R|I|R|R|R|            Reserved                           |  0
 *   |                VXLAN Network Identifier (VNI) |   Reserved    |  4
 * </pre>
 */
public final class VxlanHeader {
    public static final int LENGTH_BYTES = 8;
    public static final int UDP_PORT = 4789;
    public static final int MAX_VNI = 0xff_ffff;

    private static final int FLAG_VNI_VALID = 0x0800_0000;

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
}
