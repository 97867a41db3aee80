package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.IoRegistration;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EpollWorkerLoopTest {
    private final List<RuntimeException> failures = new CopyOnWriteArrayList<>();
    private final List<String> served = Collections.synchronizedList(new ArrayList<>());
    private final EpollWorkerLoop loop = new EpollWorkerLoop(() -> {}, failures::add);
    private final List<Pipe> pipes = new ArrayList<>();

    /** Something to wait on; each service takes one byte out. */
    private final class Pipe {
        private final String name;
        private final FileDescriptor out;
        private final FileDescriptor in;

        Pipe(String name) throws IOException {
            this.name = name;
            FileDescriptor[] ends = FileDescriptor.pipe();
            out = ends[0];
            in = ends[1];
            pipes.add(this);
        }

        Pipe with(int bytes) throws IOException {
            assertThat(in.write(ByteBuffer.allocateDirect(bytes), 0, bytes)).isEqualTo(bytes);
            return this;
        }

        void takeOne() {
            served.add(name);
            try {
                out.read(ByteBuffer.allocateDirect(1), 0, 1);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @AfterEach
    void closeAll() throws IOException {
        loop.close();
        for (Pipe pipe : pipes) {
            pipe.in.close();
            pipe.out.close();
        }
    }

    private <T> T onLoop(Supplier<T> question) {
        return CompletableFuture.supplyAsync(question, loop).join();
    }

    @Test
    void commandsRunInOrderOnTheWorkersThread() {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            loop.execute(() -> order.add(number));
        }

        assertThat(onLoop(() -> Thread.currentThread().getName())).isEqualTo("osier-worker");
        assertThat(onLoop(() -> List.copyOf(order))).hasSize(100).isSorted();
    }

    @Test
    void aDescriptorIsServedForAsLongAsSomethingIsLeft() throws Exception {
        Pipe pipe = new Pipe("a").with(3);

        onLoop(() -> loop.watch(pipe.out, pipe::takeOne));
        await().until(() -> served.size() == 3);

        pipe.with(1);
        await().until(() -> served.size() == 4);
    }

    @Test
    void readyDescriptorsTakeTurns() throws Exception {
        Pipe a = new Pipe("a").with(50);
        Pipe b = new Pipe("b").with(50);

        onLoop(() -> List.of(loop.watch(a.out, a::takeOne), loop.watch(b.out, b::takeOne)));
        await().until(() -> served.size() == 100);

        for (int i = 0; i < 100; i += 2) {
            assertThat(served.subList(i, i + 2)).containsExactlyInAnyOrder("a", "b");
        }
    }

    @Test
    void aCancelledRegistrationIsServedNoMore() throws Exception {
        Pipe a = new Pipe("a").with(1);
        Pipe b = new Pipe("b");
        IoRegistration registration = onLoop(() -> loop.watch(a.out, a::takeOne));
        await().until(() -> served.contains("a"));

        onLoop(registration::cancel);
        a.with(1);
        b.with(1);
        onLoop(() -> loop.watch(b.out, b::takeOne));
        await().until(() -> served.contains("b"));

        assertThat(served).containsExactly("a", "b");
    }

    @Test
    void theOtherEndsDeathIsNoticed() throws Exception {
        Pipe pipe = new Pipe("a");
        onLoop(() -> loop.watch(pipe.out, pipe::takeOne));

        pipe.in.close();

        await().until(() -> !served.isEmpty());
    }

    @Test
    void aServiceThatFailsIsReportedAndTheOthersGoOn() throws Exception {
        Pipe broken = new Pipe("broken").with(1);
        Pipe whole = new Pipe("whole").with(3);

        onLoop(() -> loop.watch(broken.out, () -> {
            broken.takeOne();
            throw new IllegalStateException("broken");
        }));
        onLoop(() -> loop.watch(whole.out, whole::takeOne));
        await().until(() -> served.size() == 4);

        assertThat(failures).singleElement().satisfies(e -> assertThat(e).hasMessage("broken"));
    }

    @Test
    void failuresInARowAreReportedOnce() {
        for (int i = 0; i < 100; i++) {
            loop.execute(() -> {
                throw new IllegalStateException("broken");
            });
        }

        assertThat(onLoop(() -> "still here")).isEqualTo("still here");
        assertThat(failures).hasSize(1);
    }

    @Test
    void onlyTheLoopsThreadMayWatch() throws Exception {
        Pipe pipe = new Pipe("a");

        assertThatThrownBy(() -> loop.watch(pipe.out, pipe::takeOne)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingLetsGoOfWhatIsWatchedAndTakesNoMoreCommands() throws Exception {
        Pipe pipe = new Pipe("a");
        onLoop(() -> loop.watch(pipe.out, pipe::takeOne));

        loop.close();

        assertThat(pipe.out.isOpen()).isFalse();
        assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        loop.close();
    }
}
