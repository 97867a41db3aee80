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
 *  struct iovec, 16 bytes, in a pool:        | base (8) | length (8) |
 *  socket address, 32 bytes, one a message:  see SocketAddresses
 *  control, 48 bytes, one a message, up to two of 24 bytes:
 *                                            | cmsg_len (8) | cmsg_level (4) | cmsg_type (4) | value (4) | – (4) |
 * </pre>
 *
 * A control message tells how long each datagram is of several that pass as one message: {@code UDP_SEGMENT}, two bytes, when
 * sending, and {@code UDP_GRO}, four bytes, when receiving ({@code linux/udp.h}). Another tells how many datagrams found no
 * room before this one: {@code SO_RXQ_OVFL}, four bytes.
 */
final class MessageVector {
    private static final int HEADER_BYTES = 64;
    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int IOVECS = 16;
    private static final int IOVEC_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int MESSAGE_LENGTH = 56;

    private static final int IOVEC_BYTES = 16;
    private static final int IOVEC_LENGTH = 8;

    private static final int CONTROL_BYTES = 2 * 24;
    private static final int CONTROL_MESSAGE_BYTES = 24;
    private static final int CONTROL_LEVEL = 8;
    private static final int CONTROL_TYPE = 12;
    private static final int CONTROL_DATA = 16;

    private final SocketAddresses addresses;
    private final ByteBuffer bytes;
    private final long address;
    private final int iovecs;
    private final int controls;

    /**
     * @param messages that fit in
     * @param pieces of memory that the messages may have among them
     */
    MessageVector(int messages, int pieces) {
        addresses = new SocketAddresses(messages);
        iovecs = messages * HEADER_BYTES;
        controls = iovecs + pieces * IOVEC_BYTES;
        bytes = NativeMemory.allocate(controls + messages * CONTROL_BYTES);
        address = NativeMemory.address(bytes);
        for (int i = 0; i < messages; i++) {
            int header = i * HEADER_BYTES;
            bytes.putLong(header + NAME, addresses.address(i));
            bytes.putLong(header + CONTROL, address + control(i));
        }
    }

    /** Where a message lies, for the kernel; those behind it follow. */
    long address(int message) {
        return address + (long) message * HEADER_BYTES;
    }

    SocketAddresses addresses() {
        return addresses;
    }

    private int control(int message) {
        return controls + message * CONTROL_BYTES;
    }

    /** How long the message's socket address is, or, before a receive, may be. */
    void setAddressLength(int message, int lengthBytes) {
        bytes.putInt(message * HEADER_BYTES + NAME_LENGTH, lengthBytes);
    }

    /** Which pieces the message is made of. */
    void setPieces(int message, int first, int count) {
        int header = message * HEADER_BYTES;
        bytes.putLong(header + IOVECS, address + iovecs + (long) first * IOVEC_BYTES);
        bytes.putLong(header + IOVEC_COUNT, count);
    }

    /** The memory that a piece is read from, or received into. */
    void setPiece(int piece, long pieceAddress, int lengthBytes) {
        int iovec = iovecs + piece * IOVEC_BYTES;
        bytes.putLong(iovec, pieceAddress);
        bytes.putLong(iovec + IOVEC_LENGTH, lengthBytes);
    }

    /** How many bytes the kernel has received into, or sent from, the message. */
    int transferredBytes(int message) {
        return bytes.getInt(message * HEADER_BYTES + MESSAGE_LENGTH);
    }

    /** Has the kernel cut the message into datagrams of this length, the last one perhaps shorter; 0 if it is one. */
    void setSegmentBytes(int message, int segmentBytes) {
        if (segmentBytes == 0) {
            bytes.putLong(message * HEADER_BYTES + CONTROL_LENGTH, 0);
            return;
        }
        int control = control(message);
        bytes.putLong(control, CONTROL_DATA + Short.BYTES);
        bytes.putInt(control + CONTROL_LEVEL, Libc.SOL_UDP);
        bytes.putInt(control + CONTROL_TYPE, Libc.UDP_SEGMENT);
        bytes.putShort(control + CONTROL_DATA, (short) segmentBytes);
        bytes.putLong(message * HEADER_BYTES + CONTROL_LENGTH, CONTROL_MESSAGE_BYTES);
    }

    /** Makes room for all that the kernel has to tell about a message that it receives; to be done again for each receive. */
    void expect(int message) {
        setAddressLength(message, addresses.slotBytes());
        bytes.putLong(message * HEADER_BYTES + CONTROL_LENGTH, CONTROL_BYTES);
    }

    /** How long each datagram of the received message is but the last; 0 if it is one. */
    int segmentBytes(int message) {
        return told(message, Libc.SOL_UDP, Libc.UDP_GRO);
    }

    /** How many datagrams the socket has had no room for since it was opened, as of this message; 0 if none or untold. */
    int overflows(int message) {
        return told(message, Libc.SOL_SOCKET, Libc.SO_RXQ_OVFL);
    }

    private int told(int message, int level, int type) {
        int control = control(message);
        long end = control + bytes.getLong(message * HEADER_BYTES + CONTROL_LENGTH);
        for (; control + CONTROL_DATA + Integer.BYTES <= end; control += CONTROL_MESSAGE_BYTES) {
            if (bytes.getInt(control + CONTROL_LEVEL) == level && bytes.getInt(control + CONTROL_TYPE) == type) {
                return bytes.getInt(control + CONTROL_DATA);
            }
        }
        return 0;
    }
}
