package io.osier.dataplane.io;

import static io.osier.dataplane.io.Libc.SCHED_BATCH;
import static io.osier.dataplane.io.Libc.SCHED_OTHER;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BatchSchedulingTest {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private long nowNanos = 5;
    private long idleNanos = 77;
    private final List<Integer> policies = new ArrayList<>();
    private final BatchScheduling scheduling = new BatchScheduling(() -> idleNanos, nowNanos, policies::add);

    /** A second, in which this many hundredths of a processor were idle. */
    private void second(int idlePercent) {
        nowNanos += SECOND_NANOS;
        idleNanos += SECOND_NANOS * idlePercent / 100;
        scheduling.look(nowNanos);
    }

    @Test
    void aWorkerPushesNobodyAsideAsLongAsProcessorsAreIdle() {
        second(190);
        second(25);
        assertThat(policies).containsExactly(SCHED_BATCH);

        second(24);
        second(0);
        assertThat(policies).as("it has to, now").containsExactly(SCHED_BATCH, SCHED_OTHER);

        second(100);
        assertThat(policies).containsExactly(SCHED_BATCH, SCHED_OTHER, SCHED_BATCH);
    }

    @Test
    void itLooksNoMoreOftenThanItHasTo() {
        nowNanos += BatchScheduling.SAMPLE_NANOS - 1;
        idleNanos += BatchScheduling.SAMPLE_NANOS;
        scheduling.look(nowNanos);
        assertThat(policies).isEmpty();

        nowNanos++;
        scheduling.look(nowNanos);
        assertThat(policies).containsExactly(SCHED_BATCH);
    }

    @Test
    void whereProcessorsAreNeverIdleNothingChanges() {
        second(0);
        assertThat(policies).isEmpty();
    }

    @Test
    void theKernelSchedulesTheThreadThatAsked() throws Exception {
        FutureTask<List<Integer>> asked = new FutureTask<>(() -> {
            BatchScheduling own = new BatchScheduling(() -> idleNanos, nowNanos);
            nowNanos += SECOND_NANOS;
            idleNanos += SECOND_NANOS;
            own.look(nowNanos);
            int idle = Libc.sched_getscheduler(0);
            nowNanos += SECOND_NANOS;
            own.look(nowNanos);
            return List.of(idle, Libc.sched_getscheduler(0));
        });
        new Thread(asked).start();

        assertThat(asked.get()).containsExactly(SCHED_BATCH, SCHED_OTHER);
        assertThat(Libc.sched_getscheduler(0)).as("another thread").isEqualTo(SCHED_OTHER);
    }
}
