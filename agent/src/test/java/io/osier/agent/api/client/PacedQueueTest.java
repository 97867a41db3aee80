package io.osier.agent.api.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** Reading pauses while much waits, and goes on when little does. */
class PacedQueueTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final PacedQueue queue = new PacedQueue();

    private void add(int times, int bytes) {
        for (int i = 0; i < times; i++) {
            queue.add(channel, new byte[bytes]);
        }
    }

    private void take(int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            queue.take();
        }
        channel.runPendingTasks();
    }

    private boolean reads() {
        return channel.config().isAutoRead();
    }

    @Test
    void fewLongChunksAreMuch() throws Exception {
        add(3, 300_000);
        assertThat(reads()).isTrue();
        add(1, 300_000);
        assertThat(reads()).as("more than a MiB").isFalse();
        take(3);
        assertThat(reads()).as("more than a quarter of one").isFalse();
        take(1);
        assertThat(reads()).isTrue();
    }

    @Test
    void manyShortChunksAreMuch() throws Exception {
        add(255, 1);
        assertThat(reads()).isTrue();
        add(1, 1);
        assertThat(reads()).isFalse();
        take(192);
        assertThat(reads()).isTrue();
    }

    @Test
    void whoeverHasHungUpReadsAndKeepsNothing() throws Exception {
        add(4, 300_000);
        queue.drop(channel);
        assertThat(reads()).isTrue();
        add(400, 300_000);
        assertThat(reads()).isTrue();
        queue.end();
        take(4);
        assertThat(queue.take()).isNull();
    }
}
