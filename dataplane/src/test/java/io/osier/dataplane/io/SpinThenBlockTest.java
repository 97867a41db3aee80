package io.osier.dataplane.io;

import static io.osier.dataplane.io.SpinThenBlock.MAX_SPIN_NANOS;
import static io.osier.dataplane.io.SpinThenBlock.MIN_SPIN_NANOS;
import static io.osier.dataplane.io.SpinThenBlock.SOON_NANOS;
import static io.osier.dataplane.io.SpinThenBlock.STEADY_GAPS;
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

    @Test
    void whatIsReadyIsServedAtOnce() throws Exception {
        assertThat(waiting.calculateStrategy(() -> 3, false)).isEqualTo(3);
        assertThat(waiting.calculateStrategy(() -> 3, true)).isEqualTo(3);
    }

    @Test
    void tasksAreNotKeptWaiting() throws Exception {
        waiting.worked();
        assertThat(waiting.calculateStrategy(() -> 0, true)).isZero();
    }

    @Test
    void afterWorkItLooksAgainBeforeItSleeps() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        waiting.worked();

        assertThat(waiting.calculateStrategy(() -> looks.incrementAndGet() == 3 ? 1 : 0, false))
                .isEqualTo(1);
        nowNanos += MIN_SPIN_NANOS;
        assertThat(waiting.calculateStrategy(() -> 0, false)).as("in the end").isEqualTo(SelectStrategy.SELECT);
    }

    @Test
    void answersThatComeSoonAfterItSleptAreWaitedForTheNextTime() throws Exception {
        wokenAfter(120_000);
        assertThat(waiting.spinNanos()).isEqualTo(150_000);

        for (int i = 0; i < 20; i++) {
            wokenAfter(5_000_000);
        }
        assertThat(waiting.spinNanos()).as("nothing comes soon any more").isEqualTo(MIN_SPIN_NANOS);
    }

    @Test
    void longerGapsAreBridgedOnceTheyAreSteady() throws Exception {
        for (int i = 0; i < STEADY_GAPS - 1; i++) {
            wokenAfter(1_000_000);
        }
        assertThat(waiting.spinNanos()).as("perhaps by chance").isLessThan(SOON_NANOS);

        wokenAfter(1_000_000);
        assertThat(waiting.spinNanos()).isEqualTo(1_250_000);
    }

    @Test
    void aFlowThatStopsCostsLessEachTime() throws Exception {
        for (int i = 0; i < STEADY_GAPS; i++) {
            wokenAfter(1_000_000);
        }
        wokenAfter(1_000_000_000);
        assertThat(waiting.spinNanos()).isLessThan(1_250_000);
        wokenAfter(1_000_000);
        assertThat(waiting.spinNanos()).as("steady again only after many").isLessThan(1_250_000);
        for (int i = 0; i < 30; i++) {
            wokenAfter(1_000_000_000);
        }
        assertThat(waiting.spinNanos()).isEqualTo(MIN_SPIN_NANOS);
    }

    @Test
    void whoMovesMuchDataSleepsAtOnce() throws Exception {
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
            waiting.worked();
            nowNanos += 1_000_000;
            idleNanos += 500_000;
        }
        assertThat(waiting.spinNanos()).isEqualTo(MIN_SPIN_NANOS);
    }

    @Test
    void itNeverLooksForLongerThanItMay() throws Exception {
        for (int i = 0; i < 2 * STEADY_GAPS; i++) {
            wokenAfter(MAX_SPIN_NANOS);
        }
        assertThat(waiting.spinNanos()).isEqualTo(MIN_SPIN_NANOS);
        wokenAfter(SOON_NANOS * 3 / 4);
        assertThat(waiting.spinNanos()).isBetween(MIN_SPIN_NANOS, SOON_NANOS);
    }
}
