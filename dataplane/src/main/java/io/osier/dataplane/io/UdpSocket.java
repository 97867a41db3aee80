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
    /**
     * What arrives while the worker is busy elsewhere, or while one agent hands over to the next, waits instead of being lost.
     * Eight TCP streams with Linux's default windows overran 4 MB once in some 200 super-frames, and never this.
     */
    private static final int RECEIVE_BUFFER_BYTES = 32 << 20;

    /** Some thousand full packets. */
    private static final int SEND_BUFFER_BYTES = 4 << 20;

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
            setUp(socket, family);
            if (family == Libc.AF_INET6) {
                check(setOption(socket, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, 0)); // not of a bound one
            }
            bind(socket, local, port);
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** Sets what a tunnel's socket needs, also on one that an earlier version of the program has opened. */
    static void setUp(FileDescriptor socket, int family) throws IOException {
        setBuffer(socket, Libc.SO_RCVBUFFORCE, Libc.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
        setBuffer(socket, Libc.SO_SNDBUFFORCE, Libc.SO_SNDBUF, SEND_BUFFER_BYTES);
        forbidFragments(socket, family);
        check(setOption(socket, Libc.SOL_UDP, Libc.UDP_GRO, 1));
        check(setOption(socket, Libc.SOL_SOCKET, Libc.SO_RXQ_OVFL, 1));
    }

    /** Whether the socket is one that {@link #open} would have opened for the same arguments. */
    static boolean isBound(int socket, IpAddress local, int port) {
        SocketAddresses addresses = new SocketAddresses(2);
        ByteBuffer length = NativeMemory.allocate(Integer.BYTES).putInt(0, addresses.slotBytes());
        addresses.write(0, familyOf(local), local.high(), local.low(), port);
        try {
            return Libc.getsockname(socket, addresses.address(1), NativeMemory.address(length)) == 0
                    && addresses.isSame(0, 1);
        } finally {
            Reference.reachabilityFence(addresses);
            Reference.reachabilityFence(length);
        }
    }

    /** How many datagrams the socket has had no room for since it was opened; 0 if the kernel does not say. */
    static int overflows(FileDescriptor socket) {
        // linux/sock_diag.h: SK_MEMINFO_DROPS is the last of nine numbers
        ByteBuffer numbers = NativeMemory.allocate(10 * Integer.BYTES).putInt(9 * Integer.BYTES, 9 * Integer.BYTES);
        long address = NativeMemory.address(numbers);
        int result = Libc.getsockopt(
                socket.intValue(), Libc.SOL_SOCKET, Libc.SO_MEMINFO, address, address + 9 * Integer.BYTES);
        return result == 0 ? numbers.getInt(8 * Integer.BYTES) : 0;
    }

    /** What the system lets nobody exceed, root may. */
    private static void setBuffer(FileDescriptor socket, int forced, int limited, int bytes) throws IOException {
        if (setOption(socket, Libc.SOL_SOCKET, forced, bytes) < 0) {
            check(setOption(socket, Libc.SOL_SOCKET, limited, bytes));
        }
    }

    /** A tunnel endpoint must not fragment (RFC 7348, section 4.3): too long is an error that is counted as a drop. */
    private static void forbidFragments(FileDescriptor socket, int family) throws IOException {
        if (family == Libc.AF_INET6) {
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
