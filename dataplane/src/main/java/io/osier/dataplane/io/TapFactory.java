package io.osier.dataplane.io;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import io.osier.dataplane.packet.VirtioNetHeader;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;

/**
 * Makes TAP devices, or takes them up again: they are persistent, so a device keeps its addresses and routes while no agent
 * holds it ({@code linux/if_tun.h}).
 *
 * <p>Devices have one queue, not {@code IFF_MULTI_QUEUE}, which could be attached by a new agent before the old one lets
 * go. The kernel makes room for 256 queues in each such device, with a queueing discipline each: it takes 6.6 MB and 18 ms
 * to make, against 0.1 MB and 4 ms. It also hands packets to both holders while there are two, and two agents that share a
 * device by mistake would never be told, while a single queue is refused to the second with EBUSY. An agent that hands over
 * to another leaves the descriptor itself in a {@link DescriptorStore}.
 *
 * <p>The kernel keeps a namespace in which a TAP has been opened, be its name deleted, until the port is closed.
 *
 * <p>Safe for any thread. Needs {@code CAP_NET_ADMIN} in the namespace.
 */
public final class TapFactory {
    static final String CLONE_DEVICE = "/dev/net/tun";

    private static final int IFF_TAP = 0x0002;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;
    private static final int FLAGS = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;

    private static final long TUNSETIFF = 0x4004_54caL;
    private static final long TUNSETPERSIST = 0x4004_54cbL;
    private static final long TUNGETIFF = 0x8004_54d2L;
    private static final long TUNGETDEVNETNS = 0x54e3L;
    private static final long TUNSETOFFLOAD = 0x4004_54d0L;
    private static final long TUNSETVNETHDRSZ = 0x4004_54d8L;
    private static final long SIOCSIFHWADDR = 0x8924L;
    private static final long SIOCGIFHWADDR = 0x8927L;

    private TapFactory() {}

    /**
     * Opens the device, which is made if it is not there, persistent, with the MAC address asked for, and left down if it
     * was. The caller closes the port; the device stays until somebody deletes it or its namespace.
     *
     * @param calls how the worker reads and writes that will own the port
     * @throws IOException in one line, if the namespace or device cannot be had; busy if another process holds the device
     * @throws IllegalArgumentException if no interface can have this name
     */
    static TapPort open(TapConfig config, TapCalls calls) throws IOException {
        Epoll.ensureAvailability();
        int fd = config.namespace().call(() -> attach(config));
        return new TapPort(config.id(), new FileDescriptor(fd), calls);
    }

    /**
     * The same by a descriptor that an earlier process has left, if it is that device's, with the packets that wait in it.
     *
     * @param left which the port owns from now on; {@link DescriptorStore#NONE} if there is none
     */
    static TapPort open(TapConfig config, TapCalls calls, int left) throws IOException {
        if (left == DescriptorStore.NONE) {
            return open(config, calls);
        }
        Epoll.ensureAvailability();
        try {
            if (isOf(config, left)) {
                setUp(config, left);
                return new TapPort(config.id(), new FileDescriptor(left), calls);
            }
        } catch (IOException | RuntimeException e) {
            Libc.close(left);
            throw e;
        }
        Libc.close(left);
        return open(config, calls);
    }

    /** Whether the descriptor is the device's: its namespace may have been made anew under the same name since. */
    private static boolean isOf(TapConfig config, int fd) throws IOException {
        InterfaceRequest device = new InterfaceRequest();
        if (device.ioctl(fd, TUNGETIFF) < 0
                || !device.name().equals(config.device())
                || (device.flags() & FLAGS) != FLAGS) {
            return false;
        }
        int namespace = Libc.ioctl(fd, TUNGETDEVNETNS, 0);
        if (namespace < 0) {
            return false;
        }
        try {
            return NetworkNamespace.inodeOf(namespace) == config.namespace().inode();
        } finally {
            Libc.close(namespace);
        }
    }

    /** What this kernel's TAPs accept, found by trying on a device that nobody sees. */
    public static Set<TapOffload> acceptedOffloads() throws IOException {
        return NetworkNamespace.callInThrowaway(() -> {
            int fd = openCloneDevice();
            try {
                if (new InterfaceRequest("probe").withFlags(IFF_TAP | IFF_NO_PI).ioctl(fd, TUNSETIFF) < 0) {
                    throw Libc.failure("TAP for a test");
                }
                Set<TapOffload> accepted = EnumSet.noneOf(TapOffload.class);
                addIfAccepted(fd, accepted, EnumSet.of(TapOffload.CSUM));
                addIfAccepted(fd, accepted, EnumSet.of(TapOffload.TSO4));
                addIfAccepted(fd, accepted, EnumSet.of(TapOffload.TSO6));
                addIfAccepted(fd, accepted, EnumSet.of(TapOffload.USO4, TapOffload.USO6));
                return accepted;
            } finally {
                Libc.close(fd);
            }
        });
    }

    private static void addIfAccepted(int fd, Set<TapOffload> accepted, Set<TapOffload> more) {
        EnumSet<TapOffload> tried = EnumSet.copyOf(more);
        tried.addAll(accepted);
        if (Libc.ioctl(fd, TUNSETOFFLOAD, TapOffload.bits(tried)) == 0) {
            accepted.addAll(more);
        }
    }

    private static int openCloneDevice() throws IOException {
        int fd = Libc.open(CLONE_DEVICE, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        if (fd < 0) {
            int errno = Libc.errno();
            throw errno == Libc.ENOENT || errno == Libc.ENODEV
                    ? new SystemCallException(
                            CLONE_DEVICE, errno, "the kernel's TAP driver is not loaded; try 'modprobe tun'")
                    : new SystemCallException(CLONE_DEVICE, errno);
        }
        return fd;
    }

    private static int attach(TapConfig config) throws IOException {
        InterfaceRequest device = new InterfaceRequest(config.device()).withFlags(FLAGS);
        int fd = openCloneDevice();
        try {
            if (device.ioctl(fd, TUNSETIFF) < 0) {
                throw refused(config, Libc.errno());
            }
            setUp(config, fd);
            require(Libc.ioctl(fd, TUNSETPERSIST, 1), config, "persistence");
            return fd;
        } catch (IOException | RuntimeException e) {
            Libc.close(fd);
            throw e;
        }
    }

    private static void setUp(TapConfig config, int fd) throws IOException {
        setHeaderSize(fd, config);
        require(Libc.ioctl(fd, TUNSETOFFLOAD, TapOffload.bits(config.offloads())), config, "offloads");
        setMac(fd, config);
    }

    private static void setHeaderSize(int fd, TapConfig config) throws IOException {
        ByteBuffer size = NativeMemory.allocate(Integer.BYTES).putInt(0, VirtioNetHeader.LENGTH_BYTES);
        try {
            require(Libc.ioctl(fd, TUNSETVNETHDRSZ, NativeMemory.address(size)), config, "header size");
        } finally {
            Reference.reachabilityFence(size);
        }
    }

    /** Only if it differs: setting a MAC address, be it the same, makes the kernel forget the interface's neighbours. */
    private static void setMac(int fd, TapConfig config) throws IOException {
        InterfaceRequest present = new InterfaceRequest(config.device());
        require(present.ioctl(fd, SIOCGIFHWADDR), config, "MAC address");
        if (present.mac() != config.mac()) {
            InterfaceRequest wanted = new InterfaceRequest(config.device()).withMac(config.mac());
            require(wanted.ioctl(fd, SIOCSIFHWADDR), config, "MAC address");
        }
    }

    private static void require(int result, TapConfig config, String what) throws IOException {
        if (result < 0) {
            throw Libc.failure(what + " of " + config);
        }
    }

    private static IOException refused(TapConfig config, int errno) {
        String what = config.toString();
        return switch (errno) {
            case Libc.EBUSY ->
                new SystemCallException(what, errno, "busy: another process, an agent perhaps, holds it");
            case Libc.EINVAL ->
                new SystemCallException(
                        what,
                        errno,
                        "it exists and is no TAP of ours; remove it first with 'ip link delete " + config.device()
                                + "'");
            case Libc.EPERM -> new SystemCallException(what, errno, "not permitted; run as root or with CAP_NET_ADMIN");
            default -> new SystemCallException(what, errno);
        };
    }
}
