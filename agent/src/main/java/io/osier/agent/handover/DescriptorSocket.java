package io.osier.agent.handover;

import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Unix datagram socket whose messages are lines of text and may carry descriptors ({@code unix(7)}, {@code cmsg(3)}):
 *
 * <pre>
 *  struct msghdr, 56 bytes:
 *  0          8             16        24           32            40               48      52
 *  | msg_name | msg_namelen | msg_iov | msg_iovlen | msg_control | msg_controllen | flags | – |
 *
 *  struct cmsghdr:  | cmsg_len (8) | cmsg_level (4) | cmsg_type (4) | descriptor (4) … |
 * </pre>
 *
 * Owned by one thread.
 */
final class DescriptorSocket implements AutoCloseable {
    private static final int MAX_TEXT_BYTES = 4_096;
    private static final int MAX_DESCRIPTORS = 253; // SCM_MAX_FD
    private static final int MAX_PATH_BYTES = 108;

    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int IOVEC = 16;
    private static final int IOVEC_COUNT = 24;
    private static final int CONTROL = 32;
    private static final int CONTROL_LENGTH = 40;
    private static final int HEADER_BYTES = 56;
    private static final int CONTROL_HEADER_BYTES = 16;

    /**
     * One message.
     *
     * @param descriptors which belong to the receiver
     */
    record Message(String text, List<Integer> descriptors) {}

    private final int fd;

    private DescriptorSocket(int fd) {
        this.fd = fd;
    }

    /** To send from. */
    static DescriptorSocket open() throws IOException {
        int fd = NativeCalls.socket(NativeCalls.AF_UNIX, NativeCalls.SOCK_DGRAM | NativeCalls.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            throw NativeCalls.failure("Unix socket");
        }
        return new DescriptorSocket(fd);
    }

    /** To receive at a path where nothing is yet. */
    static DescriptorSocket listen(String path) throws IOException {
        DescriptorSocket socket = open();
        Memory address = address(path);
        if (NativeCalls.bind(socket.fd, address, (int) address.size()) < 0) {
            IOException failure = NativeCalls.failure(path);
            socket.close();
            throw failure;
        }
        return socket;
    }

    /** {@code struct sockaddr_un}; a path that begins with {@code @} is a name in the abstract namespace. */
    private static Memory address(String path) throws IOException {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length >= MAX_PATH_BYTES) {
            throw new IOException(path + ": too long for the address of a Unix socket");
        }
        boolean isAbstract = bytes[0] == '@';
        if (isAbstract) {
            bytes[0] = 0;
        }
        Memory address = new Memory(2 + bytes.length + (isAbstract ? 0 : 1));
        address.clear();
        address.setShort(0, (short) NativeCalls.AF_UNIX);
        address.write(2, bytes, 0, bytes.length);
        return address;
    }

    /**
     * Sends a message, with a copy of the descriptor.
     *
     * @param descriptor below zero for none
     * @throws IOException in one line, if nobody listens there
     */
    void send(String path, String text, int descriptor) throws IOException {
        Memory address = address(path);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Memory payload = new Memory(bytes.length);
        payload.write(0, bytes, 0, bytes.length);
        Memory control = new Memory(CONTROL_HEADER_BYTES + 8);
        Memory header = header(payload, bytes.length);
        header.setPointer(NAME, address);
        header.setInt(NAME_LENGTH, (int) address.size());
        if (descriptor >= 0) {
            control.clear();
            control.setLong(0, CONTROL_HEADER_BYTES + Integer.BYTES);
            control.setInt(8, NativeCalls.SOL_SOCKET);
            control.setInt(12, NativeCalls.SCM_RIGHTS);
            control.setInt(CONTROL_HEADER_BYTES, descriptor);
            header.setPointer(CONTROL, control);
            header.setLong(CONTROL_LENGTH, control.size());
        }
        if (NativeCalls.sendmsg(fd, header, NativeCalls.MSG_NOSIGNAL) < 0) {
            throw NativeCalls.failure(path);
        }
    }

    /** The header, and its one {@code struct iovec} behind it. */
    private static Memory header(Memory payload, long lengthBytes) {
        Memory header = new Memory(HEADER_BYTES + 16);
        header.clear();
        header.setPointer(HEADER_BYTES, payload);
        header.setLong(HEADER_BYTES + 8, lengthBytes);
        header.setPointer(IOVEC, header.share(HEADER_BYTES));
        header.setLong(IOVEC_COUNT, 1);
        return header;
    }

    /**
     * Waits for a message.
     *
     * @return null if none has come in time
     */
    @Nullable
    Message receive(int timeoutMillis) throws IOException {
        if (!isReadable(fd, timeoutMillis)) {
            return null;
        }
        Memory payload = new Memory(MAX_TEXT_BYTES);
        Memory control = new Memory(CONTROL_HEADER_BYTES + MAX_DESCRIPTORS * Integer.BYTES + Integer.BYTES);
        Memory header = header(payload, MAX_TEXT_BYTES);
        header.setPointer(CONTROL, control);
        header.setLong(CONTROL_LENGTH, control.size());
        long length = NativeCalls.recvmsg(fd, header, NativeCalls.MSG_CMSG_CLOEXEC);
        if (length < 0) {
            throw NativeCalls.failure("Unix socket");
        }
        return new Message(
                new String(payload.getByteArray(0, (int) length), StandardCharsets.UTF_8),
                descriptors(control, header.getLong(CONTROL_LENGTH)));
    }

    private static List<Integer> descriptors(Memory control, long lengthBytes) {
        List<Integer> descriptors = new ArrayList<>();
        if (lengthBytes >= CONTROL_HEADER_BYTES
                && control.getInt(8) == NativeCalls.SOL_SOCKET
                && control.getInt(12) == NativeCalls.SCM_RIGHTS) {
            for (long at = CONTROL_HEADER_BYTES; at + Integer.BYTES <= control.getLong(0); at += Integer.BYTES) {
                descriptors.add(control.getInt(at));
            }
        }
        return descriptors;
    }

    /** Whether the descriptor can be read, or its other end has gone, within this time. */
    static boolean isReadable(int fd, int timeoutMillis) {
        Memory polled = new Memory(8); // struct pollfd
        polled.setInt(0, fd);
        polled.setShort(4, NativeCalls.POLLIN);
        polled.setShort(6, (short) 0);
        return NativeCalls.poll(polled, 1, timeoutMillis) > 0;
    }

    @Override
    public void close() {
        NativeCalls.close(fd);
    }
}
