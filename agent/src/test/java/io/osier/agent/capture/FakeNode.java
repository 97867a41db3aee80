package io.osier.agent.capture;

import io.osier.agent.api.client.ApiException;
import io.osier.dataplane.observe.CaptureMessage;
import io.osier.dataplane.observe.CaptureStreamWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A node that says what a test tells it to. */
final class FakeNode implements CaptureSource {
    private final String name;
    private final Feed feed = new Feed();
    private @Nullable CaptureException refusal;
    private @Nullable IOException failure;
    private @Nullable ApiException answer;
    private final CaptureStreamWriter writer;

    FakeNode(String name) throws IOException {
        this.name = name;
        writer = new CaptureStreamWriter(feed.in);
    }

    /** A node that has answered already. */
    static FakeNode answering(String name) throws IOException {
        return new FakeNode(name).say(new CaptureMessage.Hello(name));
    }

    FakeNode say(CaptureMessage message) throws IOException {
        writer.write(message);
        feed.push();
        return this;
    }

    /** Ends the stream, as an agent that stops does. */
    FakeNode hangUp() {
        feed.chunks.add(new byte[0]);
        return this;
    }

    FakeNode refuseWith(CaptureException why) {
        refusal = why;
        return this;
    }

    FakeNode failWith(IOException why) {
        failure = why;
        return this;
    }

    FakeNode failWith(ApiException why) {
        answer = why;
        return this;
    }

    boolean isClosed() {
        return feed.closed;
    }

    @Override
    public String node() {
        return name;
    }

    @Override
    public InputStream open(CaptureRequest request) throws IOException, CaptureException {
        if (refusal != null) {
            throw refusal;
        }
        if (failure != null) {
            throw failure;
        }
        if (answer != null) {
            throw answer;
        }
        return feed;
    }

    /** Gives out what was pushed, and waits for more. */
    private static final class Feed extends InputStream {
        private final ByteArrayOutputStream in = new ByteArrayOutputStream();
        private final BlockingQueue<byte[]> chunks = new LinkedBlockingQueue<>();
        private byte[] chunk = {};
        private int at;
        private boolean ended;
        private volatile boolean closed;

        private void push() {
            chunks.add(in.toByteArray());
            in.reset();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            try {
                while (at == chunk.length && !ended) {
                    chunk = chunks.take();
                    at = 0;
                    ended = chunk.length == 0;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            int taken = Math.min(length, chunk.length - at);
            System.arraycopy(chunk, at, to, offset, taken);
            at += taken;
            return ended ? -1 : taken;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
