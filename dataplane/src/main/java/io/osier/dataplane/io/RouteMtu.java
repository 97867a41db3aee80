package io.osier.dataplane.io;

import io.netty.channel.unix.FileDescriptor;
import io.osier.dataplane.packet.IpAddress;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * Asks the kernel how long a packet may be on the way to an address: the route's MTU, its device's, or what a router on the
 * way has reported since (RFC 1191; {@code IP_MTU} in {@code ip(7)}). That is told of connected sockets only, so that there is
 * one for questions, in the tunnel socket's namespace; nothing is sent. Some system calls a question. Owned by one thread.
 */
final class RouteMtu implements AutoCloseable {
    private static final int ANY_PORT = 9;

    private final FileDescriptor socket;
    private final int family;
    private final SocketAddresses addresses = new SocketAddresses(2);
    private final int unspecifiedLength;
    private final ByteBuffer answer = NativeMemory.allocate(2 * Integer.BYTES);

    private RouteMtu(FileDescriptor socket, int family) {
        this.socket = socket;
        this.family = family;
        unspecifiedLength = addresses.write(1, family, 0, 0, 0);
        addresses.setFamily(1, Libc.AF_UNSPEC);
    }

    /** @param family of the tunnel's socket; an IPv6 one is asked about both */
    static RouteMtu open(int family) throws IOException {
        int socket = Libc.socket(family, Libc.SOCK_DGRAM | Libc.O_CLOEXEC, 0);
        if (socket < 0) {
            throw Libc.failure("UDP socket");
        }
        return new RouteMtu(new FileDescriptor(socket), family);
    }

    /** The longest IP packet in bytes; 0 if there is no route. */
    int to(IpAddress node) {
        if (!socket.isOpen() || (family == Libc.AF_INET && !node.isV4())) {
            return 0;
        }
        int length = addresses.write(0, family, node.high(), node.low(), ANY_PORT);
        try {
            return connect(0, length) ? mtuBytes() : 0;
        } finally {
            connect(1, unspecifiedLength);
            Reference.reachabilityFence(this);
        }
    }

    private boolean connect(int slot, int length) {
        return Libc.connect(socket.intValue(), addresses.address(slot), length) == 0;
    }

    private int mtuBytes() {
        boolean v4 = family == Libc.AF_INET;
        int level = v4 ? Libc.IPPROTO_IP : Libc.IPPROTO_IPV6;
        int option = v4 ? Libc.IP_MTU : Libc.IPV6_MTU;
        answer.putInt(Integer.BYTES, Integer.BYTES);
        long value = NativeMemory.address(answer);
        int result = Libc.getsockopt(socket.intValue(), level, option, value, value + Integer.BYTES);
        return result == 0 ? answer.getInt(0) : 0;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Whatever close says, Linux has let the descriptor go.
        }
    }
}
