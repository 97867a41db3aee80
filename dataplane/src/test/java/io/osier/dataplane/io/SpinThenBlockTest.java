package io.osier.dataplane.io;

import static io.osier.dataplane.io.SpinThenBlock.BRIDGING_NANOS;
import static io.osier.dataplane.io.SpinThenBlock.DENSE;
import static io.osier.dataplane.io.SpinThenBlock.LATE_NANOS;
import static io.osier.dataplane.io.SpinThenBlock.MAX_BRIDGE_NANOS;
import static io.osier.dataplane.io.SpinThenBlock.MIN_SPIN_NANOS;
import static io.osier.dataplane.io.SpinThenBlock.PAUSE_NANOS;
import static io.osier.dataplane.io.SpinThenBlock.STEADY_PAUSES;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.SelectStrategy;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SpinThenBlockTest {
    private long nowNanos = 1_000;
    private long idleNanos;
    private final SpinThenBlock waiting = new SpinThenBlock(() -> nowNanos, () -> idleNanos);

    /** The worker sleeps, and work comes this long after the last. */
    private void wokenAfter(long gapNanos) throws Exception {
        waiting.worked();
        long workedNanos = nowNanos;
        nowNanos += waiting.spinNanos();
        assertThat(waiting.calculateStrategy(() -> 0, false)).isEqualTo(SelectStrategy.SELECT);
        nowNanos = workedNanos + gapNanos;
        waiting.working();
    }

    /** Traffic without pauses, for which the worker sleeps each time. */
    private void dense(long gapNanos) throws Exception {
        for (int i = 0; i < DENSE; i++) {
            wokenAfter(gapNanos);
        }
    }

    /** One every millisecond, each with its answer. */
    private void questions(int count, long answerNanos) throws Exception {
        for (int i = 0; i < count; i++) {
            wokenAfter(answerNanos);
            wokenAfter(1_000_000);
        }
    }

    @Test
    void whatIsReadyIsServedAtOnce() throws Exception {
        dense(20_000);
        assertThat(waiting.calculateStrategy(() -> 3, false)).isEqualTo(3);
        assertThat(waiting.calculateStrategy(() -> 3, true)).isEqualTo(3);
    }

    @Test
    void tasksAreNotKeptWaiting() throws Exception {
        waiting.worked();
        assertThat(waiting.calculateStrategy(() -> 0, true)).isZero();
    }

    @Test
    void afterAPauseItSleepsAtOnce() throws Exception {
        wokenAfter(1_000_000);
        waiting.worked();
        assertThat(waiting.spinNanos()).isZero();

        wokenAfter(20_000);
        assertThat(waiting.spinNanos()).as("a question and its answer").isZero();
    }

    @Test
    void amongDenseTrafficItLooksAgainBeforeItSleeps() throws Exception {
        dense(20_000);
        AtomicInteger looks = new AtomicInteger();
        waiting.worked();

        assertThat(waiting.calculateStrategy(() -> looks.incrementAndGet() == 3 ? 1 : 0, false))
                .isEqualTo(1);
        nowNanos += MIN_SPIN_NANOS;
        assertThat(waiting.calculateStrategy(() -> 0, false)).as("in the end").isEqualTo(SelectStrategy.SELECT);
    }

    @Test
    void amongDenseTrafficItLooksForAsLongAsWorkTook() throws Exception {
        dense(120_000);
        assertThat(waiting.spinNanos()).isEqualTo(150_000);

        for (int i = 0; i < 20; i++) {
            wokenAfter(5_000_000);
        }
        dense(1_000);
        assertThat(waiting.spinNanos()).as("all comes soon now").isEqualTo(MIN_SPIN_NANOS);
    }

    @Test
    void aSteadyFlowWithPausesIsSleptThroughWhereAnswersComeSoon() throws Exception {
        questions(STEADY_PAUSES * 4, LATE_NANOS / 2);
        assertThat(waiting.spinNanos()).isZero();
    }

    @Test
    void aFewLateAnswersSayNothing() throws Exception {
        for (int i = 0; i < STEADY_PAUSES; i++) {
            questions(2, PAUSE_NANOS - 1);
            questions(3, LATE_NANOS - 1);
        }
        assertThat(waiting.spinNanos()).isZero();
    }

    @Test
    void thePausesOfASteadyFlowAreBridgedForAWhileWhereAnswersAreLate() throws Exception {
        questions(STEADY_PAUSES * 2, LATE_NANOS * 2);
        assertThat(waiting.spinNanos()).as("looking through the pause").isEqualTo(1_250_000);

        nowNanos += BRIDGING_NANOS;
        waiting.worked();
        assertThat(waiting.spinNanos()).as("it has to be seen again").isZero();

        questions(STEADY_PAUSES * 2, LATE_NANOS * 2);
        assertThat(waiting.spinNanos()).as("seen").isEqualTo(1_250_000);
    }

    @Test
    void aFlowThatStopsIsWaitedForOnce() throws Exception {
        questions(STEADY_PAUSES * 2, LATE_NANOS * 2);
        wokenAfter(1_000_000_000);
        assertThat(waiting.spinNanos()).isZero();
        wokenAfter(1_000_000);
        assertThat(waiting.spinNanos()).as("steady again only after many").isZero();
    }

    @Test
    void itNeverLooksForLongerThanItMay() throws Exception {
        for (int i = 0; i < 2 * STEADY_PAUSES; i++) {
            wokenAfter(LATE_NANOS * 2);
            wokenAfter(MAX_BRIDGE_NANOS);
        }
        assertThat(waiting.spinNanos()).isZero();
        dense(PAUSE_NANOS * 3 / 4);
        assertThat(waiting.spinNanos()).isBetween(MIN_SPIN_NANOS, PAUSE_NANOS);
    }

    @Test
    void whoMovesMuchDataSleepsAtOnce() throws Exception {
        dense(20_000);
        AtomicInteger looks = new AtomicInteger();
        for (int i = 0; i < 4; i++) {
            waiting.carried(64_000);
            waiting.carried(66); // its acknowledgment
        }
        waiting.worked();
        assertThat(waiting.calculateStrategy(() -> looks.getAndIncrement(), false))
                .isEqualTo(SelectStrategy.SELECT);

        for (int i = 0; i < 10; i++) {
            waiting.carried(128);
        }
        assertThat(waiting.spinNanos()).as("questions again").isEqualTo(MIN_SPIN_NANOS);
    }

    @Test
    void whoMovesMuchDataLooksForMoreWhereProcessorsAreIdle() {
        for (int i = 0; i < 200; i++) {
            waiting.carried(64_000);
            waiting.working();
            waiting.worked();
            nowNanos += 1_000_000;
            idleNanos += 500_000;
        }
        assertThat(waiting.spinNanos()).isEqualTo(MIN_SPIN_NANOS);
    }
}
