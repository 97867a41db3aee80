package io.osier.dataplane.observe;

import io.osier.dataplane.packet.InternetChecksum;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.Ipv4Header;
import io.osier.dataplane.packet.Ipv6Header;
import io.osier.dataplane.packet.UdpHeader;
import io.osier.dataplane.packet.VxlanHeader;
import java.nio.ByteBuffer;

/**
 * Rebuilds the IP and UDP headers that the kernel puts around a tunnel packet, or has taken off. They are right in addresses,
 * lengths and checksums; the time to live and the sender's port are what Osier's own nodes use.
 */
final class OuterHeaders {
    private static final int TTL = 64;
    private static final int MAX_IP_LENGTH_BYTES = 0xffff;

    private OuterHeaders() {}

    /** {@code 0.0.0.0} or {@code ::}, for an end whose address is not known. */
    static IpAddress unknownOfFamily(IpAddress other) {
        return other.isV4() ? IpAddress.v4(0) : new IpAddress(0, 0);
    }

    /** The length of the headers between nodes with such addresses. */
    static int lengthBytes(IpAddress source) {
        return (source.isV4() ? Ipv4Header.MIN_LENGTH_BYTES : Ipv6Header.LENGTH_BYTES) + UdpHeader.LENGTH_BYTES;
    }

    /**
     * Writes the headers at index 0, between two addresses of one family, in front of the UDP payload that lies there already.
     *
     * @param payloadLengthBytes of the payload in full
     * @param keptBytes of the payload that are there; if they are not all, the UDP checksum is 0, which VXLAN allows (RFC
     *     7348, section 5; RFC 6935)
     */
    static void write(
            ByteBuffer bytes, IpAddress source, IpAddress destination, int payloadLengthBytes, int keptBytes) {
        int udp = lengthBytes(source) - UdpHeader.LENGTH_BYTES;
        int total = udp + UdpHeader.LENGTH_BYTES + payloadLengthBytes;
        // What will only be cut into datagrams later has a length that no header can hold.
        int udpLength = total > MAX_IP_LENGTH_BYTES ? 0 : total - udp;
        int ipLength = total > MAX_IP_LENGTH_BYTES ? 0 : total;
        if (source.isV4()) {
            Ipv4Header.write(bytes, 0, ipLength, TTL, IpProtocol.UDP, source.v4Bits(), destination.v4Bits());
        } else {
            Ipv6Header.write(
                    bytes,
                    0,
                    udpLength,
                    IpProtocol.UDP,
                    TTL,
                    source.high(),
                    source.low(),
                    destination.high(),
                    destination.low());
        }
        bytes.putShort(udp, (short) VxlanHeader.UDP_PORT);
        bytes.putShort(udp + 2, (short) VxlanHeader.UDP_PORT);
        bytes.putShort(udp + 4, (short) udpLength);
        bytes.putShort(udp + UdpHeader.CHECKSUM, (short) 0);
        if (keptBytes == payloadLengthBytes && udpLength > 0) {
            bytes.putShort(udp + UdpHeader.CHECKSUM, (short) checksum(bytes, source, destination, udp, udpLength));
        }
    }

    private static int checksum(ByteBuffer bytes, IpAddress source, IpAddress destination, int udp, int udpLength) {
        int pseudoHeader = InternetChecksum.pseudoHeader(
                source.high(), source.low(), destination.high(), destination.low(), IpProtocol.UDP, udpLength);
        int checksum = ~InternetChecksum.sum(bytes, udp, udpLength, pseudoHeader) & 0xffff;
        return checksum == 0 ? 0xffff : checksum;
    }
}
