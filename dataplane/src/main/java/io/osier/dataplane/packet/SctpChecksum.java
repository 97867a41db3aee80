package io.osier.dataplane.packet;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** SCTP's CRC32c over the whole packet, which covers no addresses (RFC 9260, section 6.8). */
public final class SctpChecksum {
    private static final int CHECKSUM = 8;

    /** One for each thread: whether the compiler keeps a new one off the heap depends on the weather. */
    private static final ThreadLocal<CRC32C> CRC = ThreadLocal.withInitial(CRC32C::new);

    private SctpChecksum() {}

    /** The value of the field for the SCTP packet in {@code [offset, end)}, whatever the field holds. */
    public static int compute(ByteBuffer bytes, int offset, int end) {
        CRC32C crc = CRC.get();
        crc.reset();
        int limit = bytes.limit();
        crc.update(bytes.limit(offset + CHECKSUM).position(offset));
        for (int i = 0; i < Integer.BYTES; i++) {
            crc.update(0);
        }
        crc.update(bytes.limit(end).position(offset + CHECKSUM + Integer.BYTES));
        bytes.limit(limit).position(0);
        // The CRC goes out lowest byte first.
        return Integer.reverseBytes((int) crc.getValue());
    }

    /**
     * Mends the field after the packet has changed: a CRC is linear, so the difference of what it should be is the difference
     * of what it is, and a packet that came damaged stays damaged.
     *
     * @param before what {@link #compute} said before the change
     */
    public static void update(ByteBuffer bytes, int offset, int end, int before) {
        int field = offset + CHECKSUM;
        bytes.putInt(field, bytes.getInt(field) ^ before ^ compute(bytes, offset, end));
    }
}
