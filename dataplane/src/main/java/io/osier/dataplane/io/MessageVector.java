package io.osier.dataplane.io;

import java.nio.ByteBuffer;

/**
 * The argument of {@code recvmmsg(2)} and {@code sendmmsg(2)} as 64-bit Linux lays it out, in host byte order. The messages
 * lie one after another; what each points to has a region of its own.
 *
 * <pre>
 *  struct mmsghdr, 64 bytes:
 *  0          8         12  16        24           32            40               48      52  56        60 64
 *  | msg_name | namelen | – | msg_iov | msg_iovlen | msg_control | msg_controllen | flags | – | msg_len | – |
 *
 *  struct iovec, 16 bytes, one a message:    | base (8) | length (8) |
 *  socket address, 32 bytes, one a message:  see SocketAddresses
 *  control, 32 bytes, one a message:         | cmsg_len (8) | cmsg_level (4) | cmsg_type (4) | segment size | – |
 * </pre>
 *
 * The control region has room for one number beside each datagram, a segment size; {@code msg_controllen} stays 0 and the
 * kernel ignores it for as long as every datagram is a packet of its own.
 */
final class MessageVector {
    private static final int HEADER_BYTES = 64;
    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int IOVECS = 16;
    private static final int IOVEC_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int MESSAGE_LENGTH = 56;

    private static final int IOVEC_BYTES = 16;
    private static final int IOVEC_LENGTH = 8;
    private static final int CONTROL_BYTES = 32;

    private final int capacity;
    private final SocketAddresses addresses;
    private final ByteBuffer bytes;
    private final long address;
    private final int iovecs;

    MessageVector(int capacity) {
        this.capacity = capacity;
        addresses = new SocketAddresses(capacity);
        iovecs = capacity * HEADER_BYTES;
        int controls = iovecs + capacity * IOVEC_BYTES;
        bytes = NativeMemory.allocate(controls + capacity * CONTROL_BYTES);
        address = NativeMemory.address(bytes);
        for (int i = 0; i < capacity; i++) {
            int header = i * HEADER_BYTES;
            bytes.putLong(header + NAME, addresses.address(i));
            bytes.putLong(header + IOVECS, address + iovecs + (long) i * IOVEC_BYTES);
            bytes.putLong(header + IOVEC_COUNT, 1);
            bytes.putLong(header + CONTROL, address + controls + (long) i * CONTROL_BYTES);
        }
    }

    int capacity() {
        return capacity;
    }

    /** Where a message lies, for the kernel; those behind it follow. */
    long address(int message) {
        return address + (long) message * HEADER_BYTES;
    }

    SocketAddresses addresses() {
        return addresses;
    }

    /** How long the message's socket address is, or, before a receive, may be. */
    void setAddressLength(int message, int lengthBytes) {
        bytes.putInt(message * HEADER_BYTES + NAME_LENGTH, lengthBytes);
    }

    /** The memory that the message's payload is read from, or received into. */
    void setPayload(int message, long payloadAddress, int lengthBytes) {
        int iovec = iovecs + message * IOVEC_BYTES;
        bytes.putLong(iovec, payloadAddress);
        bytes.putLong(iovec + IOVEC_LENGTH, lengthBytes);
    }

    /** How long the payload is that is to be sent. */
    int payloadLength(int message) {
        return (int) bytes.getLong(iovecs + message * IOVEC_BYTES + IOVEC_LENGTH);
    }

    /** How many bytes the kernel has received into, or sent from, the message. */
    int transferredBytes(int message) {
        return bytes.getInt(message * HEADER_BYTES + MESSAGE_LENGTH);
    }
}
