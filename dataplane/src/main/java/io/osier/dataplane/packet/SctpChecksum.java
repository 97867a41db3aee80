package io.osier.dataplane.packet;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** SCTP's CRC32c over the whole packet, which covers no addresses (RFC 9260, section 6.8). */
public final class SctpChecksum {
    private static final int CHECKSUM = 8;

    private SctpChecksum() {}

    /** Computes and writes the checksum of the SCTP packet in {@code [offset, end)}. */
    public static void write(ByteBuffer bytes, int offset, int end) {
        bytes.putInt(offset + CHECKSUM, 0);
        bytes.putInt(offset + CHECKSUM, compute(bytes, offset, end));
    }

    /** The value of the field over bytes whose own checksum field is zero; the CRC goes out lowest byte first. */
    private static int compute(ByteBuffer bytes, int offset, int end) {
        CRC32C crc = new CRC32C();
        int limit = bytes.limit();
        bytes.limit(end).position(offset);
        crc.update(bytes);
        bytes.limit(limit).position(0);
        return Integer.reverseBytes((int) crc.getValue());
    }
}
