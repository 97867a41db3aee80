package io.osier.dataplane.io;

import com.sun.jna.Pointer;
import io.netty.channel.unix.FileDescriptor;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * All calls of a batch in one system call, by way of {@code io_uring} ({@code linux/io_uring.h}), where TAPs and sockets can be
 * asked not to wait: Linux 6.5 and later. Two rings are shared with the kernel. This one writes what is to be done into 64
 * entries, and says so by the submission ring's tail; {@code io_uring_enter} does it on the calling thread, and writes into the
 * completion ring what came of it.
 *
 * <pre>
 *  submission entry, 64 bytes                        completion, 16 bytes
 *  0  opcode, flags, priority: 8, 8, 16 bits         0  which entry: 64 bits
 *  4  descriptor: 32                                 8  result: 32
 *  8  offset in the file: 64, which a TAP has not    12 flags: 32
 *  16 address: 64
 *  24 length, or number of iovecs: 32
 *  28 RWF_ flags: 32
 *  32 which entry: 64, then 24 bytes of no use here
 * </pre>
 *
 * <p>Requests say {@code RWF_NOWAIT}, so each has its completion when {@code io_uring_enter} returns, and the kernel keeps no
 * address of ours beyond it. Should the ring itself fail, calls are made one by one.
 */
final class RingCalls implements BatchedCalls {
    private static final int SETUP = 425;
    private static final int ENTER = 426;
    private static final int ENTER_GETEVENTS = 1;

    private static final int OP_WRITEV = 2;
    private static final int OP_READ = 22;
    private static final int RWF_NOWAIT = 8;
    private static final int ENTRY_BYTES = 64;
    private static final int COMPLETION_BYTES = 16;

    private static final int FEATURE_SINGLE_MMAP = 1;
    private static final long OFFSET_RINGS = 0;
    private static final long OFFSET_ENTRIES = 0x1000_0000L;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED_POPULATE = 0x8001;
    private static final long MAP_FAILED = -1;

    private final int fd;
    private final long ringsAddress;
    private final long entriesAddress;
    private final ByteBuffer rings;
    private final ByteBuffer entries;
    private final Layout layout;
    private final int[] results = new int[CAPACITY];
    private final FileDescriptor[] descriptors = new FileDescriptor[CAPACITY];
    private int tail;
    private int count;
    private boolean closed;

    /** {@code struct io_uring_params}, as far as it says where things are in the shared memory. */
    private record Layout(
            int sizeBytes,
            int head,
            int tail,
            int slots,
            int completedHead,
            int completedTail,
            int mask,
            int completions) {
        static final int PARAMETERS_BYTES = 120;
        private static final int FEATURES = 20;
        private static final int SUBMISSION = 40;
        private static final int COMPLETION = 80;

        static @Nullable Layout of(ByteBuffer parameters) {
            if ((parameters.getInt(FEATURES) & FEATURE_SINGLE_MMAP) == 0) {
                return null;
            }
            int slots = parameters.getInt(SUBMISSION + 24);
            int completions = parameters.getInt(COMPLETION + 20);
            return new Layout(
                    Math.max(
                            slots + parameters.getInt(0) * Integer.BYTES,
                            completions + parameters.getInt(4) * COMPLETION_BYTES),
                    parameters.getInt(SUBMISSION),
                    parameters.getInt(SUBMISSION + 4),
                    slots,
                    parameters.getInt(COMPLETION),
                    parameters.getInt(COMPLETION + 4),
                    parameters.getInt(4) - 1,
                    completions);
        }
    }

    private RingCalls(int fd, Layout layout, long ringsAddress, long entriesAddress) {
        this.fd = fd;
        this.layout = layout;
        this.ringsAddress = ringsAddress;
        this.entriesAddress = entriesAddress;
        rings = new Pointer(ringsAddress).getByteBuffer(0, layout.sizeBytes());
        entries = new Pointer(entriesAddress).getByteBuffer(0, (long) CAPACITY * ENTRY_BYTES);
        for (int i = 0; i < CAPACITY; i++) {
            entries.putLong(i * ENTRY_BYTES + 32, i);
            rings.putInt(layout.slots() + i * Integer.BYTES, i); // each place in the ring has the entry of its number
        }
    }

    /** Null where the kernel has none, is too old, or forbids it ({@code kernel.io_uring_disabled}, seccomp). */
    static @Nullable RingCalls openIfAllowed() {
        RingCalls ring = open();
        if (ring != null && !ring.readsTaps()) {
            ring.close();
            return null;
        }
        return ring;
    }

    /** Whether the driver knows {@code RWF_NOWAIT}: a descriptor without a device is then asked, and has none. */
    private boolean readsTaps() {
        int tap = Libc.open(TapFactory.CLONE_DEVICE, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        if (tap < 0) {
            return false;
        }
        ByteBuffer nowhere = NativeMemory.allocate(Long.BYTES);
        FileDescriptor descriptor = new FileDescriptor(tap);
        try {
            read(descriptor, NativeMemory.address(nowhere), nowhere.capacity());
            read(descriptor, NativeMemory.address(nowhere), nowhere.capacity());
            make();
            return result(0) == -Libc.EBADFD && result(1) == -Libc.EBADFD;
        } finally {
            Reference.reachabilityFence(nowhere);
            Libc.close(tap);
        }
    }

    private static @Nullable RingCalls open() {
        ByteBuffer parameters = NativeMemory.allocate(Layout.PARAMETERS_BYTES);
        int fd;
        try {
            fd = (int) Libc.syscall(SETUP, CAPACITY, NativeMemory.address(parameters));
        } finally {
            Reference.reachabilityFence(parameters);
        }
        if (fd < 0) {
            return null;
        }
        Layout layout = Layout.of(parameters);
        long rings = layout == null ? MAP_FAILED : map(fd, layout.sizeBytes(), OFFSET_RINGS);
        if (layout == null || rings == MAP_FAILED) {
            Libc.close(fd);
            return null;
        }
        long entries = map(fd, CAPACITY * ENTRY_BYTES, OFFSET_ENTRIES);
        if (entries == MAP_FAILED) {
            Libc.munmap(rings, layout.sizeBytes());
            Libc.close(fd);
            return null;
        }
        return new RingCalls(fd, layout, rings, entries);
    }

    private static long map(int fd, int sizeBytes, long offset) {
        return Libc.mmap(0, sizeBytes, PROT_READ_WRITE, MAP_SHARED_POPULATE, fd, offset);
    }

    @Override
    public void read(FileDescriptor descriptor, long address, int length) {
        add(OP_READ, descriptor, address, length);
    }

    @Override
    public void write(FileDescriptor descriptor, long iovecs, int count) {
        add(OP_WRITEV, descriptor, iovecs, count);
    }

    private void add(int operation, FileDescriptor descriptor, long address, int length) {
        int entry = entryOf(tail, count) * ENTRY_BYTES;
        entries.putInt(entry, operation);
        entries.putInt(entry + 4, descriptor.intValue());
        entries.putLong(entry + 16, address);
        entries.putInt(entry + 24, length);
        entries.putInt(entry + 28, RWF_NOWAIT);
        descriptors[count] = descriptor;
        count++;
    }

    /** The ring's tail counts up and, in time, over the greatest number; entries follow it round and round. */
    static int entryOf(int tail, int call) {
        return (tail + call) & (CAPACITY - 1);
    }

    static int callOf(int tail, int entry) {
        return (entry - tail) & (CAPACITY - 1);
    }

    @Override
    public void make() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        int completed = 0;
        if (count > 1) { // the ring makes a call dearer that is the only one
            rings.putInt(layout.tail(), tail + count);
            completed = enter();
        }
        for (int i = completed; i < count; i++) {
            results[i] = makeAlone(i);
        }
        tail = rings.getInt(layout.tail());
        count = 0;
    }

    /**
     * Hands the calls to the kernel, in order.
     *
     * @return how many it took, all of which are done; fewer than there are if the ring does not work
     */
    private int enter() {
        int submitted = 0;
        int completed = 0;
        int wanted = count;
        while (completed < wanted) {
            long taken = Libc.syscall(ENTER, fd, wanted - submitted, wanted - completed, ENTER_GETEVENTS, 0, 0);
            if (taken >= 0) {
                submitted += (int) taken;
            } else if (Libc.errno() != Libc.EINTR) {
                rings.putInt(layout.tail(), tail + submitted);
                wanted = submitted;
            }
            completed += collect();
        }
        return completed;
    }

    private int collect() {
        int head = rings.getInt(layout.completedHead());
        int completed = rings.getInt(layout.completedTail()) - head;
        for (int i = 0; i < completed; i++) {
            int completion = layout.completions() + ((head + i) & layout.mask()) * COMPLETION_BYTES;
            results[callOf(tail, (int) rings.getLong(completion))] = rings.getInt(completion + 8);
        }
        rings.putInt(layout.completedHead(), head + completed);
        return completed;
    }

    private int makeAlone(int call) {
        int entry = entryOf(tail, call) * ENTRY_BYTES;
        long address = entries.getLong(entry + 16);
        int length = entries.getInt(entry + 24);
        return entries.getInt(entry) == OP_READ
                ? SingleCalls.readNow(descriptors[call], address, length)
                : SingleCalls.writeNow(descriptors[call], address, length);
    }

    int fd() {
        return fd;
    }

    @Override
    public int result(int call) {
        return results[call];
    }

    @Override
    public String description() {
        return "io_uring";
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Libc.munmap(entriesAddress, (long) CAPACITY * ENTRY_BYTES);
            Libc.munmap(ringsAddress, layout.sizeBytes());
            Libc.close(fd);
        }
    }
}
