package io.osier.dataplane.io;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import io.osier.dataplane.packet.IpAddress;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * Makes the tunnel's socket: UDP, bound, unconnected, non-blocking. Five system calls do it, where a Netty datagram
 * channel would bring a pipeline and buffers that a port, which hands raw addresses to the kernel, must keep out of the
 * way.
 */
final class UdpSocket {
    /** Some thousand full packets: what arrives while the worker is busy elsewhere waits instead of being lost. */
    private static final int BUFFER_BYTES = 4 << 20;

    private UdpSocket() {}

    /** The family of a socket that is bound to this address. */
    static int familyOf(IpAddress local) {
        return local.isV4() ? Libc.AF_INET : Libc.AF_INET6;
    }

    /**
     * @param local an address of this node; {@code ::} serves both families
     * @throws IOException in one line, if the port is taken or the address is not here
     */
    static FileDescriptor open(IpAddress local, int port) throws IOException {
        Epoll.ensureAvailability();
        int family = familyOf(local);
        FileDescriptor socket =
                new FileDescriptor(check(Libc.socket(family, Libc.SOCK_DGRAM | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0)));
        try {
            setBuffer(socket, Libc.SO_RCVBUFFORCE, Libc.SO_RCVBUF);
            setBuffer(socket, Libc.SO_SNDBUFFORCE, Libc.SO_SNDBUF);
            forbidFragments(socket, family);
            check(setOption(socket, Libc.SOL_UDP, Libc.UDP_GRO, 1));
            check(setOption(socket, Libc.SOL_SOCKET, Libc.SO_RXQ_OVFL, 1));
            bind(socket, local, port);
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** What the system lets nobody exceed, root may. */
    private static void setBuffer(FileDescriptor socket, int forced, int limited) throws IOException {
        if (setOption(socket, Libc.SOL_SOCKET, forced, BUFFER_BYTES) < 0) {
            check(setOption(socket, Libc.SOL_SOCKET, limited, BUFFER_BYTES));
        }
    }

    /** A tunnel endpoint must not fragment (RFC 7348, section 4.3): too long is an error that is counted as a drop. */
    private static void forbidFragments(FileDescriptor socket, int family) throws IOException {
        if (family == Libc.AF_INET6) {
            check(setOption(socket, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, 0));
            check(setOption(socket, Libc.IPPROTO_IPV6, Libc.IPV6_MTU_DISCOVER, Libc.PMTUDISC_DO));
        }
        check(setOption(socket, Libc.IPPROTO_IP, Libc.IP_MTU_DISCOVER, Libc.PMTUDISC_DO));
    }

    private static void bind(FileDescriptor socket, IpAddress local, int port) throws IOException {
        SocketAddresses address = new SocketAddresses(1);
        int length = address.write(0, familyOf(local), local.high(), local.low(), port);
        try {
            if (Libc.bind(socket.intValue(), address.address(0), length) < 0) {
                throw refused("UDP port " + port + " on " + local, Libc.errno());
            }
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    private static IOException refused(String what, int errno) {
        return switch (errno) {
            case Libc.EADDRINUSE ->
                new SystemCallException(
                        what, errno, "in use: by another VXLAN or agent ('ss -ulpn' and 'ip -d link show type vxlan')");
            case Libc.EADDRNOTAVAIL ->
                new SystemCallException(what, errno, "no interface of this node has the address");
            default -> new SystemCallException(what, errno);
        };
    }

    private static int setOption(FileDescriptor socket, int level, int option, int value) {
        ByteBuffer argument = NativeMemory.allocate(Integer.BYTES).putInt(0, value);
        try {
            return Libc.setsockopt(socket.intValue(), level, option, NativeMemory.address(argument), Integer.BYTES);
        } finally {
            Reference.reachabilityFence(argument);
        }
    }

    private static int check(int result) throws IOException {
        if (result < 0) {
            throw Libc.failure("UDP socket");
        }
        return result;
    }
}
