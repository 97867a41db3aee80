package io.osier.dataplane.io;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.port.DropCounters;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.vxlan.SegmentTrain;
import io.osier.dataplane.vxlan.Underlay;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The tunnel's UDP socket: one for all nodes, with no allocation. A system call takes up to 64 messages in each direction, and
 * a message may be many datagrams of one length ({@code UDP_SEGMENT}, {@code UDP_GRO}). Owned by the worker's thread.
 *
 * <p>A datagram is received so that the Ethernet frame inside lies where it would in a frame from a TAP; if there are more in
 * the message, they follow:
 *
 * <pre>
 *  0      26      34 = HEADROOM_BYTES
 *  | free | VXLAN | Ethernet … | VXLAN | Ethernet … |
 * </pre>
 *
 * Packets leave from the tunnel port itself. Their UDP checksum is the kernel's to fill in, and they are never fragmented.
 */
public final class UdpPort implements Underlay, AutoCloseable {
    /** Messages a system call. */
    public static final int BATCH_MESSAGES = 64;

    /** Messages a system call when they are long: what a batch reads should still be in the processor's cache when it is sent. */
    private static final int FEW_MESSAGES = 4;

    private static final int MUCH_BYTES = FEW_MESSAGES * 16_384;

    private static final int RECEIVE_OFFSET = Frame.HEADROOM_BYTES - VxlanHeader.LENGTH_BYTES;

    private final FileDescriptor socket;
    private final RouteMtu routes;
    private final int family;
    private final int port;
    private final DropCounters drops;
    private final MessageVector in = new MessageVector(BATCH_MESSAGES, BATCH_MESSAGES);
    private final SendQueue out = new SendQueue();
    private @Nullable FrameBatch prepared;
    private int messagesPerCall = FEW_MESSAGES;
    private int used;
    private int overflowed;
    private boolean segments = true;
    private @Nullable IpAddress tooLongFor;

    /** @param overflowed what the socket had no room for before, which somebody else has counted */
    private UdpPort(FileDescriptor socket, RouteMtu routes, int family, int port, int overflowed, DropCounters drops) {
        this.overflowed = overflowed;
        this.socket = socket;
        this.routes = routes;
        this.family = family;
        this.port = port;
        this.drops = drops;
    }

    /**
     * Opens the socket in the network namespace that the calling thread is in.
     *
     * @param local this node's underlay address, which packets then come from; {@code ::} for any address of both families
     * @param port the tunnel port, here and on all other nodes
     * @param drops counts what turns out at {@link #flush} not to be sendable
     * @throws IOException in one line, if the port is taken or the address is not here
     */
    public static UdpPort open(IpAddress local, int port, DropCounters drops) throws IOException {
        return of(UdpSocket.open(local, port), local, port, 0, drops);
    }

    /**
     * Goes on with the socket that an earlier process has left, and with what waits in it, or opens one.
     *
     * @param left what was left, which the port owns from now on; {@link DescriptorStore#NONE} if nothing
     * @throws IOException in one line, if nothing of use was left, and the port is taken or the address is not here
     */
    static UdpPort open(IpAddress local, int port, DropCounters drops, int left) throws IOException {
        if (left == DescriptorStore.NONE) {
            return open(local, port, drops);
        }
        Epoll.ensureAvailability();
        FileDescriptor socket = new FileDescriptor(left);
        if (!UdpSocket.isBound(left, local, port)) {
            socket.close();
            return open(local, port, drops);
        }
        try {
            UdpSocket.setUp(socket, UdpSocket.familyOf(local));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        return of(socket, local, port, UdpSocket.overflows(socket), drops);
    }

    private static UdpPort of(FileDescriptor socket, IpAddress local, int port, int overflowed, DropCounters drops)
            throws IOException {
        int family = UdpSocket.familyOf(local);
        try {
            return new UdpPort(socket, RouteMtu.open(family), family, port, overflowed, drops);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    FileDescriptor descriptor() {
        return socket;
    }

    /** Whether the underlay's device lets the kernel cut messages into datagrams; true until it has refused to. */
    boolean segments() {
        return segments;
    }

    @Override
    public int receive(FrameBatch batch) {
        prepare(batch);
        int messages = Math.min(batch.capacity(), messagesPerCall);
        for (int i = 0; i < used; i++) {
            in.expect(i);
        }
        // Less than one is nothing waiting, or the late report of an error that some datagram caused on its way.
        int received =
                socket.isOpen() ? Math.max(0, Libc.recvmmsg(socket.intValue(), in.address(0), messages, 0, 0)) : 0;
        used = received;
        int bytes = 0;
        for (int i = 0; i < received; i++) {
            countOverflow(in.overflows(i));
            Frame frame = batch.frame(i);
            frame.reset(RECEIVE_OFFSET, in.transferredBytes(i));
            frame.setOuterSource(in.addresses().high(i), in.addresses().low(i));
            frame.setDatagramBytes(in.segmentBytes(i));
            bytes += frame.length();
        }
        messagesPerCall = bytes > MUCH_BYTES ? FEW_MESSAGES : BATCH_MESSAGES;
        batch.setSize(received);
        return received;
    }

    /** Workers bring the same batch each time, whose frames stay where they are in memory. */
    private void prepare(FrameBatch batch) {
        if (batch == prepared) {
            return;
        }
        prepared = batch;
        for (int i = 0; i < Math.min(batch.capacity(), BATCH_MESSAGES); i++) {
            Frame frame = batch.frame(i);
            in.setPiece(i, frame.address() + RECEIVE_OFFSET, frame.capacityBytes() - RECEIVE_OFFSET);
            in.setPieces(i, i, 1);
            in.expect(i);
        }
    }

    /** What the kernel has thrown away since the socket was opened, because the worker did not take it in time. */
    private void countOverflow(int overflows) {
        if (overflows != 0) {
            drops.count(DropReason.UNDERLAY_OVERFLOW, overflows - overflowed);
            overflowed = overflows;
        }
    }

    @Override
    public @Nullable DropReason send(IpAddress node, Frame frame, int start, int length, PortCounters account) {
        if (family == Libc.AF_INET && !node.isV4()) {
            return DropReason.UNDERLAY_UNREACHABLE;
        }
        if (!out.hasRoomForDatagram()) {
            flush();
        }
        out.add(family, node, port, frame.address() + start, length, account);
        return null;
    }

    @Override
    public @Nullable DropReason send(IpAddress node, SegmentTrain train, PortCounters account) {
        if (family == Libc.AF_INET && !node.isV4()) {
            return DropReason.UNDERLAY_UNREACHABLE;
        }
        if (!out.hasRoomFor(train)) {
            flush();
        }
        out.add(family, node, port, train, account);
        return null;
    }

    @Override
    public void flush() {
        int next = 0;
        while (next < out.count()) {
            int sent = segments || out.message(next).datagrams() == 1 ? sendFrom(next, out.count() - next) : 0;
            if (sent > 0) {
                for (int i = next; i < next + sent; i++) {
                    out.message(i).account();
                }
                next += sent;
            } else {
                sendAlone(next);
                next++;
            }
        }
        out.clear();
    }

    /** Sends a message that did not leave with the others, or drops it. */
    private void sendAlone(int message) {
        SendQueue.Message refused = out.message(message);
        if (segments || refused.datagrams() == 1) {
            if (sendFrom(message, 1) == 1) {
                refused.account();
                return;
            }
            int errno = errno();
            boolean cannotCut = errno == Libc.EIO && refused.datagrams() > 1; // for want of checksums, or over IPsec
            segments = segments && !cannotCut;
            // Too long are perhaps the first of a run and not the last.
            boolean partly = reasonFor(errno) == DropReason.TOO_BIG && refused.isRun();
            if (!cannotCut && !partly) {
                drop(errno, refused, refused.packets());
                return;
            }
        }
        if (refused.isRun()) {
            sendRun(message);
        } else {
            sendTrain(message);
        }
    }

    /** Sends packets one by one, each of which counts for itself. */
    private void sendRun(int message) {
        for (int i = 0; i < out.message(message).datagrams(); i++) {
            out.narrow(message, i);
            if (sendFrom(message, 1) == 1) {
                out.message(message).account(i);
            } else {
                drop(errno(), out.message(message), 1);
            }
        }
    }

    /** Sends the segments of one packet one by one; without all of them it is lost. */
    private void sendTrain(int message) {
        for (int i = 0; i < out.message(message).datagrams(); i++) {
            out.narrow(message, i);
            if (sendFrom(message, 1) != 1) {
                drop(errno(), out.message(message), out.message(message).packets());
                return;
            }
        }
        out.message(message).account();
    }

    private int errno() {
        return socket.isOpen() ? Libc.errno() : Libc.EBADF;
    }

    private int sendFrom(int message, int count) {
        return socket.isOpen() ? Libc.sendmmsg(socket.intValue(), out.vector().address(message), count, 0) : 0;
    }

    private void drop(int errno, SendQueue.Message message, int packets) {
        DropReason reason = reasonFor(errno);
        drops.count(reason, packets);
        if (reason == DropReason.TOO_BIG) {
            tooLongFor = message.node();
        }
    }

    private static DropReason reasonFor(int errno) {
        return switch (errno) {
            case Libc.EAGAIN, Libc.ENOBUFS, Libc.ENOMEM, Libc.EINTR -> DropReason.UNDERLAY_FULL;
            case Libc.EMSGSIZE, Libc.EINVAL -> DropReason.TOO_BIG; // EINVAL: of segments
            default -> DropReason.UNDERLAY_UNREACHABLE; // no route, link down, forbidden by a filter, or closed
        };
    }

    @Override
    public int mtuBytes(IpAddress node) {
        return routes.to(node);
    }

    @Override
    public @Nullable IpAddress takeTooLongFor() {
        IpAddress node = tooLongFor;
        tooLongFor = null;
        return node;
    }

    @Override
    public int heldPackets() {
        return out.packets();
    }

    @Override
    public void close() {
        routes.close();
        try {
            socket.close();
        } catch (IOException e) {
            // Whatever close says, Linux has let the descriptor go.
        }
    }
}
