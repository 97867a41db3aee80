package io.osier.dataplane.io;

import io.osier.dataplane.packet.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Socket addresses for system calls, each in a slot of 32 bytes (RFC 3493, section 3.3; {@code netinet/in.h}). The family
 * is in host byte order, all else in network order.
 *
 * <pre>
 *  0        2      4            8                            24          28
 *  | family | port | IPv4       | zero (8)   |                              struct sockaddr_in
 *  | family | port | flow label | IPv6 address              | scope      |  struct sockaddr_in6
 * </pre>
 */
final class SocketAddresses {
    private static final int SLOT_BYTES = 32;
    private static final int PORT = 2;
    private static final int V4_ADDRESS = 4;
    private static final int V6_ADDRESS = 8;
    private static final int V4_LENGTH_BYTES = 16;
    private static final int V6_LENGTH_BYTES = 28;

    private final ByteBuffer host;
    private final ByteBuffer network;
    private final long address;

    SocketAddresses(int slots) {
        host = NativeMemory.allocate(slots * SLOT_BYTES);
        network = host.duplicate().order(ByteOrder.BIG_ENDIAN);
        address = NativeMemory.address(host);
    }

    /** Where the slot lies, for the kernel. */
    long address(int slot) {
        return address + (long) slot * SLOT_BYTES;
    }

    /** How long a slot is: the most that the kernel may write there. */
    int slotBytes() {
        return SLOT_BYTES;
    }

    /**
     * Writes an address for a socket of this family, to which an IPv4 address in an IPv6 socket is a mapped one.
     *
     * @param high the upper half of an {@link IpAddress}
     * @return the length of what was written, in bytes
     */
    int write(int slot, int family, long high, long low, int port) {
        int at = slot * SLOT_BYTES;
        host.putShort(at, (short) family);
        network.putShort(at + PORT, (short) port);
        if (family == Libc.AF_INET) {
            network.putInt(at + V4_ADDRESS, (int) low);
            return V4_LENGTH_BYTES;
        }
        network.putLong(at + V6_ADDRESS, high);
        network.putLong(at + V6_ADDRESS + 8, low);
        return V6_LENGTH_BYTES;
    }

    /** Makes a written address one of another family. */
    void setFamily(int slot, int family) {
        host.putShort(slot * SLOT_BYTES, (short) family);
    }

    /** The upper half of the {@link IpAddress} that the kernel wrote here. */
    long high(int slot) {
        return isV4(slot) ? 0 : network.getLong(slot * SLOT_BYTES + V6_ADDRESS);
    }

    /** The lower half of the {@link IpAddress} that the kernel wrote here. */
    long low(int slot) {
        int at = slot * SLOT_BYTES;
        return isV4(slot) ? IpAddress.mapped(network.getInt(at + V4_ADDRESS)) : network.getLong(at + V6_ADDRESS + 8);
    }

    /** Whether two slots hold the same family, port and address. */
    boolean isSame(int slot, int other) {
        return host.getInt(slot * SLOT_BYTES) == host.getInt(other * SLOT_BYTES)
                && high(slot) == high(other)
                && low(slot) == low(other);
    }

    private boolean isV4(int slot) {
        return host.getShort(slot * SLOT_BYTES) == Libc.AF_INET;
    }
}
