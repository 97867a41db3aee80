package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/**
 * The header that a TAP opened with {@code IFF_VNET_HDR} puts before each frame (virtio 1.2, section 5.1.6, legacy
 * layout of ten bytes, host byte order, which here is little-endian).
 *
 * <pre>
 *  0       1         2          4          6            8             10
 *  | flags | gso_type | hdr_len  | gso_size | csum_start | csum_offset |
 * </pre>
 */
public final class VirtioNetHeader {
    public static final int LENGTH_BYTES = 10;

    /** The transport checksum is partial: complete it from {@code csum_start} to the end. */
    public static final int FLAG_NEEDS_CHECKSUM = 1;
    /** The transport checksum has been verified. */
    public static final int FLAG_CHECKSUM_VALID = 2;

    public static final int GSO_NONE = 0;
    public static final int GSO_TCPV4 = 1;
    public static final int GSO_TCPV6 = 4;
    public static final int GSO_UDP_L4 = 5;
    /** Set beside the GSO type when the segments carry ECN's CWR. */
    public static final int GSO_ECN = 0x80;

    private VirtioNetHeader() {}

    /** Reads the header at {@code offset} into the frame's offload facts. */
    public static void read(ByteBuffer bytes, int offset, Frame frame) {
        frame.setOffloads(
                bytes.get(offset) & 0xff,
                bytes.get(offset + 1) & 0xff,
                littleEndian16(bytes, offset + 2),
                littleEndian16(bytes, offset + 4),
                littleEndian16(bytes, offset + 6),
                littleEndian16(bytes, offset + 8));
    }

    /** Writes the frame's offload facts at {@code offset}. */
    public static void write(ByteBuffer bytes, int offset, Frame frame) {
        bytes.put(offset, (byte) frame.offloadFlags());
        bytes.put(offset + 1, (byte) frame.gsoType());
        putLittleEndian16(bytes, offset + 2, frame.headerLengthBytes());
        putLittleEndian16(bytes, offset + 4, frame.gsoSizeBytes());
        putLittleEndian16(bytes, offset + 6, frame.checksumStart());
        putLittleEndian16(bytes, offset + 8, frame.checksumOffset());
    }

    // Byte by byte, so that the buffer's own order does not matter.
    private static int littleEndian16(ByteBuffer bytes, int offset) {
        return (bytes.get(offset) & 0xff) | (bytes.get(offset + 1) & 0xff) << 8;
    }

    private static void putLittleEndian16(ByteBuffer bytes, int offset, int value) {
        bytes.put(offset, (byte) value);
        bytes.put(offset + 1, (byte) (value >>> 8));
    }
}
