package io.osier.agent.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.observe.CaptureRecord;
import io.osier.dataplane.observe.CaptureStage;
import io.osier.dataplane.observe.Captures;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class MergeWindowTest {
    private static final int NODES = 3;
    private static final long MAX_WAIT_NANOS = 1_000;
    private static final long MAX_WAITING_BYTES = 10_000;

    /** What one node says next: how much later than before, and whether it is only that time has passed. */
    private record Said(int node, int laterNanos, boolean progressOnly) {}

    @Property
    void bringsWhatNodesSayIntoOneOrder(@ForAll @Size(max = 100) List<@IntRange(max = 5_999) Integer> numbers) {
        MergeWindow window = new MergeWindow(NODES, MAX_WAIT_NANOS, MAX_WAITING_BYTES);
        long[] times = new long[NODES];
        List<Long> offered = new ArrayList<>();
        List<Long> merged = new ArrayList<>();
        for (int number : numbers) {
            Said said = new Said(number % NODES, number / NODES % 1_000, number >= 4_500);
            long time = times[said.node()] += said.laterNanos();
            if (said.progressOnly()) {
                window.progress(said.node(), time);
            } else {
                window.add(said.node(), at(time), 0);
                offered.add(time);
            }
            drain(window, 0, merged);
        }
        for (int node = 0; node < NODES; node++) {
            window.end(node);
        }
        drain(window, 0, merged);

        assertThat(merged).isSorted().containsExactlyInAnyOrderElementsOf(offered);
    }

    @Example
    void letsARecordGoAsSoonAsNothingOlderCanCome() {
        MergeWindow window = new MergeWindow(2, MAX_WAIT_NANOS, MAX_WAITING_BYTES);
        window.add(0, at(100), 0);
        assertThat(window.poll(0)).as("the other node may bring an older one").isNull();
        window.progress(1, 99);
        assertThat(window.poll(0)).isNull();
        window.progress(1, 100);
        assertThat(window.poll(0)).isNotNull();
    }

    @Example
    void waitsForASilentNodeOnlyForAWhile() {
        MergeWindow window = new MergeWindow(2, MAX_WAIT_NANOS, MAX_WAITING_BYTES);
        window.add(0, at(100), 5);
        assertThat(window.poll(5 + MAX_WAIT_NANOS - 1)).isNull();
        assertThat(window.poll(5 + MAX_WAIT_NANOS)).isNotNull();
    }

    @Example
    void waitsForASilentNodeOnlyWhileThereIsRoom() {
        MergeWindow window = new MergeWindow(2, MAX_WAIT_NANOS, MAX_WAITING_BYTES);
        int added = 0;
        while (window.poll(0) == null) {
            window.add(0, at(added++), 0);
        }
        assertThat(added).isEqualTo((int) (MAX_WAITING_BYTES / 100) + 1);
    }

    private static void drain(MergeWindow window, long nowNanos, List<Long> merged) {
        for (CaptureRecord next; (next = window.poll(nowNanos)) != null; ) {
            merged.add(next.epochNanos());
        }
    }

    private static CaptureRecord at(long epochNanos) {
        return Captures.at(
                epochNanos, Captures.record("web-1", CaptureStage.TAP_IN, Captures.forwarded(), new byte[100]));
    }
}
