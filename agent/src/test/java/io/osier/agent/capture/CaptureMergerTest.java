package io.osier.agent.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.agent.api.client.ApiException;
import io.osier.agent.capture.CaptureMerger.Result;
import io.osier.dataplane.observe.CaptureMessage.Loss;
import io.osier.dataplane.observe.CaptureRecord;
import io.osier.dataplane.observe.CaptureSelection;
import io.osier.dataplane.observe.CaptureStage;
import io.osier.dataplane.observe.Captures;
import io.osier.dataplane.observe.ObservationPoint;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CaptureMergerTest {
    private static final CaptureRequest EVERYTHING =
            new CaptureRequest(Set.of(), Set.of(), null, CaptureSelection.WHOLE_PACKETS);
    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final Notes notes = new Notes();
    private final MemorySink sink = new MemorySink();

    @Test
    void writesThePacketsOfAllNodesInTheOrderOfTheirTimes() throws Exception {
        FakeNode a = FakeNode.answering("node-a").say(at(10)).say(at(30)).hangUp();
        FakeNode b = FakeNode.answering("node-b").say(at(20)).say(at(40)).hangUp();

        Result result = new CaptureMerger(List.of(a, b), notes).run(EVERYTHING, sink, NO_LIMIT, null);

        assertThat(sink.times).containsExactly(10L, 20L, 30L, 40L);
        assertThat(result).isEqualTo(new Result(4, 0));
        assertThat(sink.flushes).isPositive();
    }

    @Test
    void endsAfterAsManyPacketsAsWereAskedFor() throws Exception {
        FakeNode a = FakeNode.answering("node-a");
        for (int i = 0; i < 10; i++) {
            a.say(at(i));
        }

        Result result = new CaptureMerger(List.of(a), notes).run(EVERYTHING, sink, 3, null);

        assertThat(sink.times).containsExactly(0L, 1L, 2L);
        assertThat(result.packets()).isEqualTo(3);
        assertThat(a.isClosed()).isTrue();
    }

    @Test
    void endsWhenTimeIsUpWithWhatHasCome() throws Exception {
        FakeNode a = FakeNode.answering("node-a").say(at(1));
        FakeNode silent = FakeNode.answering("node-b");

        new CaptureMerger(List.of(a, silent), notes).run(EVERYTHING, sink, NO_LIMIT, Duration.ZERO);

        assertThat(sink.times).containsExactly(1L);
        assertThat(notes.ready).containsExactly("node-a", "node-b");
    }

    @Test
    void namesANodeThatDoesNotAnswer() throws Exception {
        FakeNode a = FakeNode.answering("node-a").say(at(1));

        Result result = new CaptureMerger(List.of(a, new FakeNode("node-b")), notes)
                .run(EVERYTHING, sink, NO_LIMIT, Duration.ZERO);

        assertThat(result.packets()).isEqualTo(1);
        assertThat(notes.failed).containsExactly("node-b: it has not answered within 3 s");
    }

    @Test
    void namesANodeThatIsNotHeardAnyMore() throws Exception {
        FakeNode a = FakeNode.answering("node-a").say(at(1));

        Result result = new CaptureMerger(List.of(a), notes).run(EVERYTHING, sink, NO_LIMIT, Duration.ofMinutes(1));

        assertThat(result.packets()).isEqualTo(1);
        assertThat(notes.failed).containsExactly("node-a: it has said nothing for 5 s");
    }

    @Test
    void endsWhenItIsStoppedWithWhatHasCome() throws Exception {
        FakeNode a = FakeNode.answering("node-a").say(at(1));
        CaptureMerger merger = new CaptureMerger(List.of(a), notes);
        CompletableFuture<Result> result = inBackground(merger);
        Awaitility.await().until(() -> !notes.ready.isEmpty());
        a.say(at(2));

        merger.stop();

        assertThat(result.join().packets()).isEqualTo(2);
        assertThat(sink.times).containsExactly(1L, 2L);
    }

    @Test
    void goesOnWithoutANodeThatCannotBeReached() throws Exception {
        FakeNode a = FakeNode.answering("node-a").say(at(1)).hangUp();
        FakeNode dead = new FakeNode("node-b").failWith(new IOException("cannot connect"));

        Result result = new CaptureMerger(List.of(a, dead), notes).run(EVERYTHING, sink, NO_LIMIT, null);

        assertThat(result.packets()).isEqualTo(1);
        assertThat(notes.failed).contains("node-b: cannot connect");
    }

    @Test
    void failsIfNoNodeCanBeReached() throws Exception {
        FakeNode dead = new FakeNode("node-a").failWith(new IOException("cannot connect"));
        assertThatThrownBy(() -> new CaptureMerger(List.of(dead), notes).run(EVERYTHING, sink, NO_LIMIT, null))
                .isInstanceOf(CaptureException.class)
                .hasMessage("node-a: cannot connect");
        assertThat(notes.failed).as("said once").isEmpty();
    }

    @Test
    void failsIfANodeRefuses() throws Exception {
        FakeNode a = FakeNode.answering("node-a");
        FakeNode b = new FakeNode("node-b").refuseWith(CaptureException.wrongUsage("filter \"x y\": syntax error"));
        assertThatThrownBy(() -> new CaptureMerger(List.of(a, b), notes).run(EVERYTHING, sink, NO_LIMIT, null))
                .isInstanceOfSatisfying(
                        CaptureException.class,
                        e -> assertThat(e.isWrongUsage()).isTrue())
                .hasMessage("filter \"x y\": syntax error");
    }

    @Test
    void takesAnAgentsBadRequestForWrongUsageAndOtherAnswersForAFailure() throws Exception {
        FakeNode picky = new FakeNode("node-a").failWith(new ApiException(400, "\"tap\" is no stage"));
        assertThatThrownBy(() -> new CaptureMerger(List.of(picky), notes).run(EVERYTHING, sink, NO_LIMIT, null))
                .isInstanceOfSatisfying(
                        CaptureException.class,
                        e -> assertThat(e.isWrongUsage()).isTrue());

        FakeNode gone = new FakeNode("node-a").failWith(new ApiException(404, "nodes \"node-a\" not found"));
        assertThatThrownBy(() -> new CaptureMerger(List.of(gone), notes).run(EVERYTHING, sink, NO_LIMIT, null))
                .isInstanceOfSatisfying(
                        CaptureException.class,
                        e -> assertThat(e.isWrongUsage()).isFalse())
                .hasMessage("node-a: nodes \"node-a\" not found");
    }

    @Test
    void tellsTheSinkWhatWasLost() throws Exception {
        ObservationPoint point = new ObservationPoint("web-1", CaptureStage.TAP_IN);
        FakeNode a = FakeNode.answering("node-a")
                .say(new Loss(point, 3))
                .say(new Loss(point, 7))
                .say(at(1))
                .hangUp();

        Result result = new CaptureMerger(List.of(a), notes).run(EVERYTHING, sink, NO_LIMIT, null);

        assertThat(result.lost()).isEqualTo(7);
        assertThat(sink.losses).containsExactly("web-1 tap-in 7");
    }

    private CompletableFuture<Result> inBackground(CaptureMerger merger) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return merger.run(EVERYTHING, sink, NO_LIMIT, null);
            } catch (IOException | CaptureException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static CaptureRecord at(long epochNanos) {
        return Captures.at(
                epochNanos, Captures.record("web-1", CaptureStage.TAP_IN, Captures.forwarded(), new byte[60]));
    }

    private static final class Notes implements CaptureMerger.Listener {
        private volatile List<String> ready = List.of();
        private final List<String> failed = new ArrayList<>();

        @Override
        public void ready(List<String> nodes) {
            ready = nodes;
        }

        @Override
        public void failed(String node, String why) {
            failed.add(node + ": " + why);
        }
    }

    private static final class MemorySink implements CaptureSink {
        private final List<Long> times = new ArrayList<>();
        private final List<String> losses = new ArrayList<>();
        private int flushes;

        @Override
        public void write(CaptureRecord capture) {
            times.add(capture.epochNanos());
        }

        @Override
        public void lost(ObservationPoint point, long packets) {
            losses.add(point + " " + packets);
        }

        @Override
        public void flush() {
            flushes++;
        }

        @Override
        public void close() {}
    }
}
