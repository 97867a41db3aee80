package io.osier.dataplane.packet;

import java.nio.ByteBuffer;

/**
 * The checksum of TCP and UDP over a packet's payload, for the few places that have to read payload bytes: towards and from
 * those who cannot leave checksums partial.
 */
public final class TransportChecksum {
    private TransportChecksum() {}

    /** Completes a partial checksum in place, so that anybody can check it; any other frame is left as it is. */
    public static void complete(Frame frame) {
        if (!frame.hasPartialChecksum()) {
            return;
        }
        int from = frame.start() + frame.checksumStart();
        int field = from + frame.checksumOffset();
        if (field + 2 <= frame.end()) {
            ByteBuffer bytes = frame.bytes();
            // The field holds the pseudo-header's sum and is summed with the rest.
            put(bytes, field, frame.checksumOffset(), InternetChecksum.sum(bytes, from, frame.end() - from, 0));
        }
        frame.clearOffloads();
    }

    /** Writes the complement of a sum; UDP has no zero, which would mean that there is no checksum (RFC 768). */
    public static void put(ByteBuffer bytes, int field, int fieldOffset, int sum) {
        int checksum = ~InternetChecksum.fold(sum) & 0xffff;
        boolean udp = fieldOffset == UdpHeader.CHECKSUM;
        bytes.putShort(field, (short) (udp && checksum == 0 ? 0xffff : checksum));
    }

    /**
     * Whether the transport checksum is right.
     *
     * @param pseudoHeader the sum of the pseudo-header
     * @param transport where the transport header lies
     * @param lengthBytes the length of that header and its payload
     */
    public static boolean isValid(ByteBuffer bytes, int pseudoHeader, int transport, int lengthBytes) {
        return InternetChecksum.fold(InternetChecksum.sum(bytes, transport, lengthBytes, pseudoHeader)) == 0xffff;
    }
}
