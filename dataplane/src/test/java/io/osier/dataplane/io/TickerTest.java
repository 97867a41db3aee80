package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TickerTest {
    private final EmbeddedChannel clock = new EmbeddedChannel();
    private int ticks;
    private final Ticker ticker = new Ticker(clock.eventLoop(), () -> ticks++);

    TickerTest() {
        clock.freezeTime();
    }

    @AfterEach
    void stop() {
        clock.close().syncUninterruptibly();
    }

    private int ticksIn(int seconds, Runnable everySecond) {
        int before = ticks;
        for (int i = 0; i < seconds; i++) {
            everySecond.run();
            clock.advanceTimeBy(1, TimeUnit.SECONDS);
            clock.runScheduledPendingTasks();
        }
        return ticks - before;
    }

    private int idleTicksIn(int seconds) {
        return ticksIn(seconds, () -> {});
    }

    @Test
    void nothingTicksBeforeThereIsWork() {
        assertThat(idleTicksIn(100)).isZero();
    }

    @Test
    void workMakesItTickOnceASecond() {
        assertThat(ticksIn(10, ticker::worked)).isEqualTo(10);
    }

    @Test
    void howMuchWorkThereIsMakesNoDifference() {
        assertThat(ticksIn(10, () -> {
                    for (int i = 0; i < 1000; i++) {
                        ticker.worked();
                    }
                }))
                .isEqualTo(10);
    }

    @Test
    void withoutWorkTicksBecomeRareButNeverCease() {
        ticker.worked();

        assertThat(idleTicksIn(64)).isLessThan(10);
        idleTicksIn(64);
        assertThat(idleTicksIn(640)).isEqualTo(10);
    }

    @Test
    void newWorkBringsTheNextTickForward() {
        ticker.worked();
        idleTicksIn(200);

        assertThat(ticksIn(1, ticker::worked)).isEqualTo(1);
    }
}
