package io.osier.agent.scenario;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The two packets that open an SCTP association (RFC 9260, section 3.3), made and read by hand: this kernel has no SCTP sockets.
 *
 * @param verificationTag what the receiver asked to be called by
 * @param initiateTag what the sender wants to be called by
 * @param cookie of the answer, which is free to say anything; empty in an INIT
 */
record SctpPacket(int sourcePort, int destinationPort, int verificationTag, int chunk, int initiateTag, String cookie) {
    static final int PROTOCOL = 132;
    private static final int INIT = 1;
    private static final int INIT_ACK = 2;
    private static final int HEADER_BYTES = 12;
    private static final int CHECKSUM = 8;
    private static final int CHUNK_BYTES = 20;
    private static final int STATE_COOKIE = 7;
    private static final int PARAMETER_HEADER_BYTES = 4;
    private static final int WINDOW_BYTES = 65_536;

    static SctpPacket init(int sourcePort, int destinationPort, int initiateTag) {
        return new SctpPacket(sourcePort, destinationPort, 0, INIT, initiateTag, "");
    }

    /** The answer to this, which an association would go on with. */
    SctpPacket answer(int initiateTag, String cookie) {
        return new SctpPacket(
                /* sourcePort= */ destinationPort,
                /* destinationPort= */ sourcePort,
                this.initiateTag,
                INIT_ACK,
                initiateTag,
                cookie);
    }

    boolean isInit() {
        return chunk == INIT;
    }

    boolean isAnswerTo(SctpPacket init) {
        return chunk == INIT_ACK
                && destinationPort == init.sourcePort
                && sourcePort == init.destinationPort
                && verificationTag == init.initiateTag;
    }

    byte[] bytes() {
        byte[] text = cookie.getBytes(StandardCharsets.UTF_8);
        int parameter = text.length == 0 ? 0 : PARAMETER_HEADER_BYTES + text.length;
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + CHUNK_BYTES + (parameter + 3) / 4 * 4);
        bytes.putShort((short) sourcePort).putShort((short) destinationPort);
        bytes.putInt(verificationTag).putInt(0);
        bytes.put((byte) chunk).put((byte) 0).putShort((short) (CHUNK_BYTES + parameter));
        bytes.putInt(initiateTag).putInt(WINDOW_BYTES).putShort((short) 1).putShort((short) 1);
        bytes.putInt(initiateTag); // the first TSN
        if (parameter > 0) {
            bytes.putShort((short) STATE_COOKIE).putShort((short) parameter).put(text);
        }
        return bytes.putInt(CHECKSUM, checksum(bytes.array())).array();
    }

    /** What came, if it is one of the two and its checksum holds; null if not. */
    static @Nullable SctpPacket parse(byte[] packet) {
        ByteBuffer bytes = ByteBuffer.wrap(packet);
        if (packet.length < HEADER_BYTES + CHUNK_BYTES || bytes.getInt(CHECKSUM) != checksum(packet)) {
            return null;
        }
        int chunk = packet[HEADER_BYTES];
        int end = HEADER_BYTES + bytes.getShort(HEADER_BYTES + 2);
        int text = HEADER_BYTES + CHUNK_BYTES + PARAMETER_HEADER_BYTES;
        String cookie =
                end > text && end <= packet.length ? new String(packet, text, end - text, StandardCharsets.UTF_8) : "";
        return chunk != INIT && chunk != INIT_ACK
                ? null
                : new SctpPacket(
                        bytes.getShort(0) & 0xffff,
                        bytes.getShort(2) & 0xffff,
                        bytes.getInt(4),
                        chunk,
                        bytes.getInt(HEADER_BYTES + 4),
                        cookie);
    }

    /** CRC32c over all, the field itself counting as zero, lowest byte first. */
    private static int checksum(byte[] packet) {
        CRC32C crc = new CRC32C();
        crc.update(packet, 0, CHECKSUM);
        crc.update(new byte[Integer.BYTES]);
        crc.update(packet, HEADER_BYTES, packet.length - HEADER_BYTES);
        return Integer.reverseBytes((int) crc.getValue());
    }
}
