package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ways to call the kernel, on a pair of sockets in place of a TAP. */
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"io_uring", "single"})
class BatchedCallsTest {
    private static final int MESSAGE_BYTES = 8;
    private static final int EFAULT = 14;

    private final BatchedCalls calls;
    private final FileDescriptor out;
    private final FileDescriptor in;
    private final ByteBuffer sent = NativeMemory.allocate(BatchedCalls.CAPACITY * MESSAGE_BYTES);
    private final ByteBuffer received = NativeMemory.allocate(BatchedCalls.CAPACITY * MESSAGE_BYTES);
    private final ByteBuffer iovecs = NativeMemory.allocate(BatchedCalls.CAPACITY * 32);

    BatchedCallsTest(String way) throws IOException {
        Epoll.ensureAvailability();
        calls = open(way);
        SocketPair pair = SocketPair.open();
        out = pair.one();
        in = pair.other();
    }

    /** Of this description; without io_uring the test is not for this machine. */
    static BatchedCalls open(String way) {
        if (way.equals("single")) {
            return new SingleCalls();
        }
        RingCalls ring = RingCalls.openIfAllowed();
        assertThat(ring != null || !shouldHaveRings()).isTrue();
        assumeTrue(ring != null, "io_uring is not to be had here");
        return Objects.requireNonNull(ring);
    }

    /** Linux 6.5 and later, unless somebody forbids it. */
    private static boolean shouldHaveRings() {
        Matcher version = Pattern.compile("(\\d+)\\.(\\d+).*").matcher(System.getProperty("os.version"));
        assertThat(version.matches()).isTrue();
        int release = Integer.parseInt(version.group(1)) * 1_000 + Integer.parseInt(version.group(2));
        try {
            Path disabled = Path.of("/proc/sys/kernel/io_uring_disabled");
            return release >= 6_005
                    && (Files.notExists(disabled)
                            || Files.readString(disabled).strip().equals("0"))
                    && Files.readString(Path.of("/proc/self/status")).contains("Seccomp:\t0");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() throws IOException {
        calls.close();
        out.close();
        in.close();
    }

    /** Message i is i bytes of its number and more, and lies in two pieces. */
    private void write(int i, int lengthBytes) {
        for (int at = 0; at < MESSAGE_BYTES; at++) {
            sent.put(i * MESSAGE_BYTES + at, (byte) (i + at));
        }
        long address = NativeMemory.address(sent) + (long) i * MESSAGE_BYTES;
        iovecs.putLong(i * 32, address);
        iovecs.putLong(i * 32 + 8, 1);
        iovecs.putLong(i * 32 + 16, address + 1);
        iovecs.putLong(i * 32 + 24, lengthBytes - 1);
        calls.write(out, NativeMemory.address(iovecs) + i * 32L, 2);
    }

    private void read(int i) {
        calls.read(in, NativeMemory.address(received) + (long) i * MESSAGE_BYTES, MESSAGE_BYTES);
    }

    private void assertReceived(int as, int message, int lengthBytes) {
        for (int at = 0; at < lengthBytes; at++) {
            assertThat(received.get(as * MESSAGE_BYTES + at)).isEqualTo((byte) (message + at));
        }
    }

    @Test
    void manyAreMadeInTheOrderInWhichTheyWereAskedFor() {
        for (int round = 0; round < 10; round++) { // the ring goes round and round
            int count = BatchedCalls.CAPACITY - 7 * (round % 2);
            for (int i = 0; i < count; i++) {
                write(i, 2 + i % 6);
            }
            calls.make();
            for (int i = 0; i < count; i++) {
                assertThat(calls.result(i)).isEqualTo(2 + i % 6);
            }
            for (int i = 0; i < count; i++) {
                read(i);
            }
            calls.make();
            for (int i = 0; i < count; i++) {
                assertThat(calls.result(i)).isEqualTo(2 + i % 6);
                assertReceived(i, i, 2 + i % 6);
            }
        }
    }

    @Test
    void whatIsNotThereIsNotWaitedFor() {
        write(0, 5);
        write(1, 6);
        calls.make();
        for (int i = 0; i < 5; i++) {
            read(i);
        }
        calls.make();

        assertThat(calls.result(0)).isEqualTo(5);
        assertThat(calls.result(1)).isEqualTo(6);
        assertThat(calls.result(2)).isEqualTo(-Libc.EAGAIN);
        assertThat(calls.result(4)).isEqualTo(-Libc.EAGAIN);

        write(2, 3);
        calls.make();
        read(0);
        calls.make();
        assertThat(calls.result(0)).as("no earlier read has had it").isEqualTo(3);
        assertReceived(0, 2, 3);
    }

    @Test
    void oneAloneIsLikeMany() {
        read(0);
        calls.make();
        assertThat(calls.result(0)).isEqualTo(-Libc.EAGAIN);

        write(3, 4);
        calls.make();
        assertThat(calls.result(0)).isEqualTo(4);

        read(0);
        calls.make();
        assertThat(calls.result(0)).isEqualTo(4);
        assertReceived(0, 3, 4);
    }

    @Test
    void whatFailsSaysWhyAndTheOthersGoOn() throws Exception {
        FileDescriptor closed = new FileDescriptor(Libc.open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC));
        write(0, 2);
        calls.write(out, 0, 1); // no iovec lies at address 0
        write(1, 3);
        calls.make();
        assertThat(calls.result(0)).isEqualTo(2);
        assertThat(calls.result(1)).isEqualTo(-EFAULT);
        assertThat(calls.result(2)).isEqualTo(3);

        closed.close();
        calls.read(closed, NativeMemory.address(received), 1);
        calls.make();
        assertThat(calls.result(0)).isEqualTo(-Libc.EBADF);
    }

    @Test
    void whatIsNotReadIsRefusedInTheEnd() {
        int written = 0;
        do {
            for (int i = 0; i < BatchedCalls.CAPACITY; i++) {
                write(i, 8);
            }
            calls.make();
            written += BatchedCalls.CAPACITY;
        } while (calls.result(BatchedCalls.CAPACITY - 1) > 0 && written < 1_000_000);
        assertThat(calls.result(BatchedCalls.CAPACITY - 1)).isEqualTo(-Libc.EAGAIN);
    }

    @Test
    void oneDescriptorThatIsEmptySaysNothingOfAnother() {
        write(0, 5);
        calls.make();

        calls.read(out, NativeMemory.address(received) + MESSAGE_BYTES, MESSAGE_BYTES);
        read(0);
        calls.make();

        assertThat(calls.result(0)).isEqualTo(-Libc.EAGAIN);
        assertThat(calls.result(1)).isEqualTo(5);
    }

    @Test
    void whereTheRingFailsCallsAreMadeOneByOne() {
        assumeTrue(calls instanceof RingCalls);
        int fd = ((RingCalls) calls).fd();
        Libc.close(fd);
        int inItsPlace = Libc.open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC);
        assumeTrue(inItsPlace == fd, "somebody else has opened a file in the meantime");

        write(0, 2);
        write(1, 3);
        calls.make();
        assertThat(calls.result(0)).isEqualTo(2);
        assertThat(calls.result(1)).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            read(i);
        }
        calls.make();
        assertThat(calls.result(0)).isEqualTo(2);
        assertThat(calls.result(1)).isEqualTo(3);
        assertThat(calls.result(2)).isEqualTo(-Libc.EAGAIN);
    }

    @Test
    void aRingWhoseCountersPassTheGreatestNumberGoesOn() {
        int near = Integer.MAX_VALUE - 100;
        assertThat(RingCalls.entryOf(near, 0)).isEqualTo(near & 63);
        for (int tail = near; tail != Integer.MIN_VALUE + 100; tail++) {
            for (int call = 0; call < BatchedCalls.CAPACITY; call++) {
                int entry = RingCalls.entryOf(tail, call);
                assertThat(entry).isBetween(0, BatchedCalls.CAPACITY - 1);
                assertThat(RingCalls.callOf(tail, entry)).isEqualTo(call);
            }
        }
    }

    @Test
    void closingAgainIsNoError() {
        calls.close();
        calls.close();
    }

    @Test
    void nothingIsAllocated() {
        writeAndRead(20_000);
        assertThat(AllocatedBytes.by(() -> writeAndRead(20_000)))
                .as("bytes for 40,000 batches")
                .isLessThan(10_000);
    }

    private void writeAndRead(int rounds) {
        for (int round = 0; round < rounds; round++) {
            write(0, 2);
            write(1, 2);
            calls.make();
            read(0);
            read(1);
            calls.make();
        }
    }
}
