package io.osier.dataplane.io;

import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.FileDescriptor;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.FrameTail;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.port.PortId;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A port that reads and writes a TAP device, one frame a system call, with no allocation. Owned by the worker's thread.
 *
 * <p>A read puts the {@link VirtioNetHeader} into the last bytes of the frame's headroom:
 *
 * <pre>
 *  0          24               34 = HEADROOM_BYTES
 *  | free      | virtio header | Ethernet …
 * </pre>
 *
 * A write takes the header from memory of the port's own instead, because the same frame may be queued elsewhere with
 * another header in its headroom.
 */
public final class TapPort implements Port, AutoCloseable {
    private static final int READ_OFFSET = Frame.HEADROOM_BYTES - VirtioNetHeader.LENGTH_BYTES;

    // The memory of a write: the virtio header, then struct iovec of 16 bytes, each an address and a length.
    private static final int HEADER = 0;
    private static final int IOVECS = 16;
    private static final int IOVEC_BYTES = 16;
    private static final int MAX_IOVECS = 2 + FrameTail.MAX_SLICES;
    private static final int SCRATCH_BYTES = IOVECS + MAX_IOVECS * IOVEC_BYTES;

    private final PortId id;
    private final FileDescriptor descriptor;
    private final PortCounters counters = new PortCounters();
    private final ByteBuffer scratch = NativeMemory.allocate(SCRATCH_BYTES);
    private final long iovecsAddress;
    private boolean gone;

    /** @param descriptor a non-blocking TAP with a virtio header of ten bytes; the port owns it */
    TapPort(PortId id, FileDescriptor descriptor) {
        this.id = id;
        this.descriptor = descriptor;
        long address = NativeMemory.address(scratch);
        iovecsAddress = address + IOVECS;
        setIovec(0, address + HEADER, VirtioNetHeader.LENGTH_BYTES);
    }

    @Override
    public PortId id() {
        return id;
    }

    @Override
    public PortCounters counters() {
        return counters;
    }

    FileDescriptor descriptor() {
        return descriptor;
    }

    /**
     * Whether the device has been deleted, alone or with its namespace, or the port closed. Such a port never works again,
     * and its descriptor reports an error for as long as it is watched.
     */
    public boolean isGone() {
        return gone;
    }

    @Override
    public int receive(FrameBatch batch) {
        int received = 0;
        int bytes = 0;
        try {
            while (batch.hasRoom(received, bytes) && !gone && read(batch.frame(received))) {
                bytes += batch.frame(received).length();
                received++;
            }
        } catch (IOException e) {
            // Nothing waiting is no error to Netty, and a TAP that is down has nothing waiting: whatever fails a read
            // fails the next one too.
            gone = true;
        }
        batch.setSize(received);
        return received;
    }

    private boolean read(Frame frame) throws IOException {
        int bytes = descriptor.readAddress(frame.address(), READ_OFFSET, frame.capacityBytes());
        if (bytes <= 0) {
            return false;
        }
        frame.reset(Frame.HEADROOM_BYTES, Math.max(0, bytes - VirtioNetHeader.LENGTH_BYTES));
        VirtioNetHeader.read(frame.bytes(), READ_OFFSET, frame);
        return true;
    }

    @Override
    public @Nullable DropReason transmit(Frame frame) {
        if (gone) {
            return DropReason.PORT_DOWN;
        }
        VirtioNetHeader.write(scratch, HEADER, frame);
        setIovec(1, frame.address() + frame.start(), frame.length());
        FrameTail tail = frame.tail();
        for (int i = 0; i < tail.count(); i++) {
            setIovec(2 + i, tail.address(i), tail.lengthBytes(i));
        }
        try {
            if (descriptor.writevAddresses(iovecsAddress, 2 + tail.count()) <= 0) {
                return DropReason.PORT_FULL;
            }
        } catch (NativeIoException e) {
            return refused(-e.expectedErr());
        } catch (IOException e) {
            return refused(Libc.EBADF);
        }
        counters.transmitted(1, frame.totalLength());
        return null;
    }

    private void setIovec(int index, long address, int lengthBytes) {
        scratch.putLong(IOVECS + index * IOVEC_BYTES, address);
        scratch.putLong(IOVECS + index * IOVEC_BYTES + 8, lengthBytes);
    }

    private DropReason refused(int errno) {
        switch (errno) {
            case Libc.EBADF, Libc.EBADFD -> {
                gone = true;
                return DropReason.PORT_DOWN;
            }
            case Libc.ENOBUFS, Libc.ENOMEM -> {
                return DropReason.PORT_FULL;
            }
            case Libc.EINVAL -> {
                return DropReason.PORT_REFUSED;
            }
            default -> {
                return DropReason.PORT_DOWN; // EIO is what a TAP says whose interface is down
            }
        }
    }

    /** Nothing to do: frames leave at once. */
    @Override
    public void flush() {}

    /** Lets go of the device, which stays. */
    @Override
    public void close() {
        gone = true;
        try {
            descriptor.close();
        } catch (IOException e) {
            // Whatever close says, Linux has let the descriptor go.
        }
    }
}
