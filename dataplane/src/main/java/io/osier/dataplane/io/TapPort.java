package io.osier.dataplane.io;

import io.netty.channel.unix.FileDescriptor;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.port.PortId;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A port that reads and writes a TAP device, with no allocation: what a batch brings in with one system call, where there are
 * such ({@link BatchedCalls}). Owned by the worker's thread.
 *
 * <p>A read puts the {@link VirtioNetHeader} into the last bytes of the frame's headroom:
 *
 * <pre>
 *  0          24               34 = HEADROOM_BYTES
 *  | free      | virtio header | Ethernet …
 * </pre>
 */
public final class TapPort implements Port, AutoCloseable {
    private static final int READ_OFFSET = Frame.HEADROOM_BYTES - VirtioNetHeader.LENGTH_BYTES;

    /** Frames a system call. More would be few calls less. */
    private static final int MAX_EXPECTED = 16;
    /** Frames so long take longer to read than a read takes that finds none. */
    private static final int LONG_FRAME_BYTES = 4_096;
    /** Where one short frame came at a time, so many turns less one read one each, and the next looks whether more wait. */
    private static final int LONE_TURNS = 4;

    private final PortId id;
    private final FileDescriptor descriptor;
    private final TapCalls calls;
    private final PortCounters counters = new PortCounters();
    private int expected = 2;
    private int loneTurns;
    private int longestBytes; // of the frames that came lately
    private boolean gone;

    /**
     * @param descriptor a non-blocking TAP with a virtio header of ten bytes; the port owns it
     * @param calls how the port's worker reads and writes
     */
    TapPort(PortId id, FileDescriptor descriptor, TapCalls calls) {
        this.id = id;
        this.descriptor = descriptor;
        this.calls = calls;
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
        int longest = 0;
        int asked = expected;
        boolean more = !gone;
        while (more && batch.hasRoom(received, bytes)) {
            int room = Math.min(asked, batch.capacity() - received);
            int got = read(batch, received, room);
            for (int i = received; i < received + got; i++) {
                bytes += batch.frame(i).length();
                longest = Math.max(longest, batch.frame(i).length());
            }
            received += got;
            more = got == room && !gone && expected > 1; // one that is expected to be alone is not followed up
            asked = bounded(got == room ? 2 * asked : received + 1); // one more shows that there are no more
        }
        longestBytes = Math.max(longest, longestBytes - longestBytes / 8);
        expected = received <= 1 && longestBytes < LONG_FRAME_BYTES ? ofLoneFrames() : bounded(asked);
        batch.setSize(received);
        return received;
    }

    private int ofLoneFrames() {
        loneTurns = (loneTurns + 1) % LONE_TURNS;
        return loneTurns == 0 ? 2 : 1;
    }

    /** So many, but no more than a turn holds of such as have come lately. */
    private int bounded(int frames) {
        int ofTurn = FrameBatch.TURN_BYTES / Math.max(1, longestBytes) + 1;
        return Math.min(frames, Math.min(ofTurn, MAX_EXPECTED));
    }

    private int read(FrameBatch batch, int first, int asked) {
        BatchedCalls reads = calls.reads();
        for (int i = first; i < first + asked; i++) {
            Frame frame = batch.frame(i);
            reads.read(descriptor, frame.address() + READ_OFFSET, frame.capacityBytes() - READ_OFFSET);
        }
        reads.make();
        int got = 0;
        for (int i = 0; i < asked; i++) {
            int result = reads.result(i);
            if (result > 0) {
                Frame frame = batch.frame(first + i);
                frame.reset(Frame.HEADROOM_BYTES, Math.max(0, result - VirtioNetHeader.LENGTH_BYTES));
                VirtioNetHeader.read(frame.bytes(), READ_OFFSET, frame);
                if (got < i) { // a packet that came after a read had found none
                    batch.frame(first + got).copyFrom(frame);
                }
                got++;
            } else if (result == -Libc.EBADF || result == -Libc.EBADFD) { // one that is only down has nothing waiting
                gone = true;
            }
        }
        return got;
    }

    @Override
    public @Nullable DropReason transmit(Frame frame) {
        return gone ? DropReason.PORT_DOWN : calls.write(this, frame);
    }

    /** A frame has been written, or not. */
    @Nullable
    DropReason written(int result, int lengthBytes) {
        if (result > 0) {
            counters.transmitted(1, lengthBytes);
            return null;
        }
        switch (-result) {
            case Libc.EBADF, Libc.EBADFD -> {
                gone = true;
                return DropReason.PORT_DOWN;
            }
            case 0, Libc.EAGAIN, Libc.ENOBUFS, Libc.ENOMEM -> {
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

    @Override
    public void flush() {
        calls.flush();
    }

    @Override
    public int heldPackets() {
        return calls.queuedFor(this);
    }

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
