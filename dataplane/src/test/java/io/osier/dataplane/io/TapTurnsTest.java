package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Pointer;
import io.netty.channel.unix.FileDescriptor;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.port.DropCounters;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many frames a port asks for in one system call, and what it makes of the answers. */
class TapTurnsTest {
    /** A kernel with a queue, to which another packet may come while it reads. */
    private static final class Kernel implements BatchedCalls {
        private final Deque<Integer> waiting = new ArrayDeque<>();
        private final List<Integer> asked = new ArrayList<>();
        private final List<Integer> results = new ArrayList<>();
        private int comesAfterReads = Integer.MAX_VALUE;
        private int lateBytes;
        private int reads;

        @Override
        public void read(FileDescriptor descriptor, long address, int length) {
            if (reads == 0) {
                results.clear();
            }
            if (reads++ == comesAfterReads) {
                waiting.add(lateBytes);
            }
            Integer bytes = waiting.poll();
            if (bytes != null) {
                byte[] frame = new byte[VirtioNetHeader.LENGTH_BYTES + bytes];
                frame[frame.length - 1] = (byte) bytes.intValue();
                new Pointer(address).write(0, frame, 0, frame.length);
                results.add(frame.length);
            } else {
                results.add(-Libc.EAGAIN);
            }
        }

        @Override
        public void write(FileDescriptor descriptor, long iovecs, int count) {
            throw new AssertionError("nothing is sent");
        }

        @Override
        public void make() {
            asked.add(reads);
            reads = 0;
        }

        @Override
        public int result(int call) {
            return results.get(call);
        }

        @Override
        public String description() {
            return "a test's";
        }

        @Override
        public void close() {}
    }

    private final Kernel kernel = new Kernel();
    private final TapPort tap = new TapPort(
            new PortId(PortKind.POD, "web-1"),
            new FileDescriptor(Integer.MAX_VALUE), // never opened, and never used
            new TapCalls(kernel, new DropCounters(), () -> false));
    private final FrameBatch batch = new FrameBatch(64);

    private int turn(int frames, int lengthBytes) {
        for (int i = 0; i < frames; i++) {
            kernel.waiting.add(lengthBytes);
        }
        kernel.asked.clear();
        return tap.receive(batch);
    }

    @Test
    void manyShortFramesAreAskedForByTwiceAsManyUntilSixteen() {
        assertThat(turn(64, 60)).isEqualTo(64);
        assertThat(kernel.asked).containsExactly(2, 4, 8, 16, 16, 16, 2);

        assertThat(turn(9, 60)).isEqualTo(9);
        assertThat(kernel.asked).as("a full batch may be followed by another").containsExactly(16);
        assertThat(turn(11, 60)).isEqualTo(11);
        assertThat(kernel.asked)
                .as("one more than last time, and then for more")
                .containsExactly(10, 16);
        assertThat(turn(11, 60)).isEqualTo(11);
        assertThat(kernel.asked).as("one more shows that there are no more").containsExactly(12);
    }

    @Test
    void whereOneCameAtATimeOneIsAskedForAndNowAndThenTwo() {
        assertThat(turn(1, 60)).isEqualTo(1);
        assertThat(kernel.asked).containsExactly(2);
        List<Integer> asked = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            assertThat(turn(1, 60)).isEqualTo(1);
            asked.addAll(kernel.asked);
        }

        assertThat(asked).hasSize(16).containsOnly(1, 2);
        assertThat(asked.stream().filter(frames -> frames == 2)).hasSize(4);
    }

    @Test
    void aFloodAfterLoneFramesIsNoticed() {
        for (int i = 0; i < 20; i++) {
            turn(1, 60);
        }
        int whole = 0;
        for (int turns = 0; turns < 4; turns++) {
            whole = Math.max(whole, turn(64, 60));
            kernel.waiting.clear();
        }

        assertThat(whole).isEqualTo(64);
    }

    @Test
    void aTurnOfSuperFramesIsShort() {
        assertThat(turn(64, 62_000)).isEqualTo(2);
        assertThat(turn(0, 0)).isEqualTo(2);
        assertThat(kernel.asked).containsExactly(2);
        kernel.waiting.clear();

        assertThat(turn(1, 62_000)).as("and after one alone").isEqualTo(1);
        assertThat(turn(2, 62_000)).isEqualTo(2);
        assertThat(kernel.asked).containsExactly(2);
    }

    @Test
    void superFramesAfterShortOnesAreNoMoreThanOneCallBrings() {
        turn(64, 60);
        turn(40, 60);

        assertThat(turn(64, 62_000)).isLessThanOrEqualTo(16);
        assertThat(turn(0, 0)).isEqualTo(2);
    }

    @Test
    void whereSuperFramesComeAmongShortOnesTurnsStayShort() {
        turn(2, 62_000);
        assertThat(turn(16, 60)).isEqualTo(16);
        assertThat(kernel.asked).containsOnly(2);

        assertThat(turn(64, 62_000)).isEqualTo(2);
    }

    @Test
    void aFrameThatComesAfterAReadHasFoundNoneIsMovedUp() {
        kernel.comesAfterReads = 1;
        kernel.lateBytes = 100;

        assertThat(turn(0, 0)).isEqualTo(1);
        Frame frame = batch.frame(0);
        assertThat(frame.start()).isEqualTo(Frame.HEADROOM_BYTES);
        assertThat(frame.length()).isEqualTo(100);
        assertThat(frame.bytes().get(frame.end() - 1)).isEqualTo((byte) 100);
    }
}
