package io.osier.agent.api.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The reader sets the pace, and never stops the stream for good. */
@Timeout(60)
class StreamHandlerTest {
    private static final int CHUNKS_UNTIL_PAUSE = 256;

    private final StreamHandler handler = new StreamHandler();
    private final InputStream body = handler.body();
    private Runnable beforePausing = () -> {};
    private final EmbeddedChannel channel = new EmbeddedChannel() {
        private final ChannelConfig config = new DefaultChannelConfig(this) {
            @Override
            public ChannelConfig setAutoRead(boolean autoRead) {
                if (!autoRead) {
                    beforePausing.run();
                }
                return super.setAutoRead(autoRead);
            }
        };

        @Override
        public ChannelConfig config() {
            return config;
        }
    };

    @BeforeEach
    void connect() {
        handler.bind(channel);
        channel.pipeline().addLast(handler);
    }

    private void receive(int chunks) {
        for (int i = 0; i < chunks; i++) {
            channel.writeInbound(new DefaultHttpContent(Unpooled.wrappedBuffer(new byte[] {1})));
        }
    }

    /** By another thread, as it is with a reader. */
    private void read(int chunks) {
        CompletableFuture.runAsync(() -> {
                    try {
                        for (int i = 0; i < chunks; i++) {
                            assertThat(body.read()).isEqualTo(1);
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .join();
    }

    @Test
    void nothingIsReadFromTheSocketWhileManyChunksWait() {
        receive(CHUNKS_UNTIL_PAUSE - 1);
        assertThat(channel.config().isAutoRead()).isTrue();
        receive(1);
        assertThat(channel.config().isAutoRead()).isFalse();

        read(CHUNKS_UNTIL_PAUSE / 2);
        channel.runPendingTasks();
        assertThat(channel.config().isAutoRead()).as("half is still waiting").isFalse();
        read(CHUNKS_UNTIL_PAUSE / 2);
        channel.runPendingTasks();
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void aReaderThatTakesEverythingWhileReadingPausesIsHeard() {
        beforePausing = () -> read(CHUNKS_UNTIL_PAUSE);
        receive(CHUNKS_UNTIL_PAUSE);
        channel.runPendingTasks();

        assertThat(channel.config().isAutoRead()).isTrue();
    }
}
