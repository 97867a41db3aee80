package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.InternetChecksum;
import io.osier.dataplane.packet.Ipv4Header;
import io.osier.dataplane.packet.Ipv6Header;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.packet.TcpHeader;
import java.nio.ByteBuffer;

/**
 * Lowers the maximum segment size that a TCP SYN offers to what fits a path (RFC 9293, section 3.7.1), so that the connection
 * never has to find out. It is never raised, and a SYN that offers none is left as it is.
 */
final class MssClamp {
    private static final int OPTION_END = 0;
    private static final int OPTION_NO_OPERATION = 1;
    private static final int OPTION_MSS = 2;
    private static final int MSS_LENGTH_BYTES = 4;

    private MssClamp() {}

    /**
     * Mends a packet with the SYN flag.
     *
     * @param mtuBytes the longest IP packet that fits
     */
    static void clamp(Frame frame, ParsedPacket packet, int mtuBytes) {
        ByteBuffer bytes = frame.bytes();
        int option = findMss(bytes, packet);
        int ipHeaderBytes = packet.isIpv4() ? Ipv4Header.MIN_LENGTH_BYTES : Ipv6Header.LENGTH_BYTES;
        int limitBytes = mtuBytes - ipHeaderBytes - TcpHeader.MIN_LENGTH_BYTES;
        if (option == 0 || (bytes.getShort(option + 2) & 0xffff) <= limitBytes) {
            return;
        }
        int tcp = packet.transportOffset();
        int word = option + 2 - (option - tcp & 1); // sums are of aligned words, and options lie anywhere
        int removed = InternetChecksum.sum(bytes, word, 4, 0);
        bytes.putShort(option + 2, (short) limitBytes);
        if (!frame.hasPartialChecksum()) { // which does not cover options yet
            int added = InternetChecksum.sum(bytes, word, 4, 0);
            InternetChecksum.update(bytes, tcp + TcpHeader.CHECKSUM, removed, added);
        }
    }

    /** Where the option lies; 0 if there is none. */
    private static int findMss(ByteBuffer bytes, ParsedPacket packet) {
        int tcp = packet.transportOffset();
        int end = Math.min(tcp + TcpHeader.headerLengthBytes(bytes, tcp), packet.networkEnd());
        int at = tcp + TcpHeader.MIN_LENGTH_BYTES;
        while (at + MSS_LENGTH_BYTES <= end) {
            int kind = bytes.get(at) & 0xff;
            int length = kind == OPTION_NO_OPERATION ? 1 : bytes.get(at + 1) & 0xff;
            if (kind == OPTION_MSS && length == MSS_LENGTH_BYTES) {
                return at;
            }
            if (kind == OPTION_END || length == 0) {
                return 0;
            }
            at += length;
        }
        return 0;
    }
}
