package io.osier.dataplane.simulation;

import io.osier.dataplane.packet.IpAddress;
import java.nio.ByteBuffer;

/** The Internet checksum as RFC 1071 defines it, byte by byte and with a division: slow, short, and nobody else's code. */
public final class NaiveChecksum {
    private NaiveChecksum() {}

    /** The checksum of these bytes, an odd last one padded with zero. */
    public static int of(byte[]... parts) {
        return 0xffff - sum(parts);
    }

    /** The one's complement sum of the 16-bit words of all parts, taken as one run of bytes. */
    public static int sum(byte[]... parts) {
        long sum = 0;
        int position = 0;
        for (byte[] part : parts) {
            for (byte b : part) {
                sum += (b & 0xffL) << (position++ % 2 == 0 ? 8 : 0);
            }
        }
        return sum == 0 ? 0 : (int) ((sum - 1) % 0xffff + 1);
    }

    /** The pseudo-header that TCP, UDP and ICMPv6 sum up first. */
    public static byte[] pseudoHeader(IpAddress source, IpAddress destination, int protocol, int lengthBytes) {
        ByteBuffer header = ByteBuffer.allocate(source.isV4() ? 12 : 40);
        header.put(bytes(source)).put(bytes(destination));
        if (source.isV4()) {
            header.putShort((short) protocol).putShort((short) lengthBytes);
        } else {
            header.putInt(lengthBytes).putInt(protocol);
        }
        return header.array();
    }

    static byte[] bytes(IpAddress address) {
        return address.isV4()
                ? ByteBuffer.allocate(4).putInt(address.v4Bits()).array()
                : ByteBuffer.allocate(16)
                        .putLong(address.high())
                        .putLong(address.low())
                        .array();
    }
}
