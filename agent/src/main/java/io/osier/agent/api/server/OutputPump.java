package io.osier.agent.api.server;

import io.osier.agent.api.client.Conversation;
import io.osier.agent.api.client.ExecMessage;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the other side what a command prints, on a thread of its own, until that ends or the other side has gone. */
final class OutputPump implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(OutputPump.class);
    private static final int BUFFER_BYTES = 32 << 10;

    /** What a command has left running may hold its output open for ever, and says nothing. */
    private static final long SILENCE_MILLIS = 500;

    private final Conversation other;
    private final int channel;
    private final InputStream output;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean sending;
    private volatile long sentMessages;

    /** @param channel {@link ExecMessage#STDOUT} or {@link ExecMessage#STDERR} */
    OutputPump(Conversation other, int channel, InputStream output) {
        this.other = other;
        this.channel = channel;
        this.output = output;
    }

    @Override
    public void run() {
        byte[] buffer = new byte[BUFFER_BYTES];
        long messages = 0;
        try {
            for (int length = output.read(buffer); length >= 0; length = output.read(buffer)) {
                sending = true;
                other.send(ExecMessage.data(channel, buffer, length));
                sentMessages = ++messages;
                sending = false;
            }
        } catch (IOException e) {
            LOG.debug("output ends: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
    }

    /** After the command's end: waits until all is told that it has printed, however slow the other side is. */
    void awaitRest() throws InterruptedException {
        long before = -1;
        while (!ended.await(SILENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            long now = sentMessages;
            if (!sending && now == before) {
                return;
            }
            before = now;
        }
    }
}
