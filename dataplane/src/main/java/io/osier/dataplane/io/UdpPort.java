package io.osier.dataplane.io;

import io.netty.channel.unix.FileDescriptor;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.port.DropCounters;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.vxlan.Underlay;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The tunnel's UDP socket: one for all nodes, up to 64 datagrams a system call in each direction, with no allocation.
 * Owned by the worker's thread.
 *
 * <p>A datagram is received so that the Ethernet frame inside lies where it would in a frame from a TAP:
 *
 * <pre>
 *  0      26      34 = HEADROOM_BYTES
 *  | free | VXLAN | Ethernet …
 * </pre>
 *
 * Packets leave from the tunnel port itself. Their UDP checksum is the kernel's to fill in, and they are never fragmented.
 */
public final class UdpPort implements Underlay, AutoCloseable {
    /** Datagrams a system call. */
    public static final int BATCH_DATAGRAMS = 64;

    private static final int RECEIVE_OFFSET = Frame.HEADROOM_BYTES - VxlanHeader.LENGTH_BYTES;

    private final FileDescriptor socket;
    private final int family;
    private final int port;
    private final DropCounters drops;
    private final MessageVector in = new MessageVector(BATCH_DATAGRAMS);
    private final MessageVector out = new MessageVector(BATCH_DATAGRAMS);
    private final PortCounters[] accounts = new PortCounters[BATCH_DATAGRAMS];
    private @Nullable FrameBatch prepared;
    private int queued;

    private UdpPort(FileDescriptor socket, int family, int port, DropCounters drops) {
        this.socket = socket;
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
        return new UdpPort(UdpSocket.open(local, port), UdpSocket.familyOf(local), port, drops);
    }

    FileDescriptor descriptor() {
        return socket;
    }

    @Override
    public int receive(FrameBatch batch) {
        prepare(batch);
        int messages = Math.min(batch.capacity(), BATCH_DATAGRAMS);
        for (int i = 0; i < messages; i++) {
            in.setAddressLength(i, in.addresses().slotBytes());
        }
        // Less than one is nothing waiting, or the late report of an error that some datagram caused on its way.
        int received =
                socket.isOpen() ? Math.max(0, Libc.recvmmsg(socket.intValue(), in.address(0), messages, 0, 0)) : 0;
        for (int i = 0; i < received; i++) {
            Frame frame = batch.frame(i);
            frame.reset(RECEIVE_OFFSET, in.transferredBytes(i));
            frame.setOuterSource(in.addresses().high(i), in.addresses().low(i));
        }
        batch.setSize(received);
        return received;
    }

    /** Workers bring the same batch each time, whose frames stay where they are in memory. */
    private void prepare(FrameBatch batch) {
        if (batch == prepared) {
            return;
        }
        prepared = batch;
        for (int i = 0; i < Math.min(batch.capacity(), BATCH_DATAGRAMS); i++) {
            Frame frame = batch.frame(i);
            in.setPayload(i, frame.address() + RECEIVE_OFFSET, frame.capacityBytes() - RECEIVE_OFFSET);
        }
    }

    @Override
    public @Nullable DropReason send(IpAddress node, Frame frame, int start, int length, PortCounters account) {
        if (family == Libc.AF_INET && !node.isV4()) {
            return DropReason.UNDERLAY_UNREACHABLE;
        }
        if (queued == BATCH_DATAGRAMS) {
            flush();
        }
        int message = queued++;
        out.setAddressLength(message, out.addresses().write(message, family, node.high(), node.low(), port));
        out.setPayload(message, frame.address() + start, length);
        accounts[message] = account;
        return null;
    }

    @Override
    public void flush() {
        int next = 0;
        boolean retried = false;
        while (next < queued) {
            int sent = sendFrom(next);
            if (sent > 0) {
                account(next, sent);
                next += sent;
                retried = false;
                continue;
            }
            DropReason reason = reasonFor(socket.isOpen() ? Libc.errno() : Libc.EBADF);
            boolean full = reason == DropReason.UNDERLAY_FULL;
            if (full && !retried) {
                retried = true;
                continue;
            }
            // A full buffer is full for all that follow; any other failure is one node's.
            int failed = full ? queued - next : 1;
            drop(reason, failed);
            next += failed;
            retried = false;
        }
        queued = 0;
    }

    private int sendFrom(int message) {
        return socket.isOpen() ? Libc.sendmmsg(socket.intValue(), out.address(message), queued - message, 0) : 0;
    }

    private void account(int first, int count) {
        for (int i = first; i < first + count; i++) {
            accounts[i].transmitted(1, out.payloadLength(i) - VxlanHeader.LENGTH_BYTES);
        }
    }

    private void drop(DropReason reason, int count) {
        for (int i = 0; i < count; i++) {
            drops.count(reason);
        }
    }

    private static DropReason reasonFor(int errno) {
        return switch (errno) {
            case Libc.EAGAIN, Libc.ENOBUFS, Libc.ENOMEM, Libc.EINTR -> DropReason.UNDERLAY_FULL;
            case Libc.EMSGSIZE -> DropReason.TOO_BIG;
            default -> DropReason.UNDERLAY_UNREACHABLE; // no route, link down, forbidden by a filter, or closed
        };
    }

    @Override
    public int heldPackets() {
        return queued;
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
