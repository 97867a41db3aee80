package io.osier.agent.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.io.NetworkNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** TCP connections to a server that sends back what it gets; each talks by itself until it is told to stop. */
final class LiveConnections implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int ANSWER_MILLIS = 40_000;
    private static final int MESSAGE_BYTES = 64;

    private final List<Socket> sockets = new ArrayList<>();
    private final List<Thread> talkers = new ArrayList<>();
    private final List<Exception> failures = new ArrayList<>();
    private final AtomicInteger exchanges = new AtomicInteger();
    private volatile boolean over;

    /** Opens {@code count} of them from a namespace. */
    static LiveConnections open(String namespace, String address, int port, int count) throws IOException {
        LiveConnections live = new LiveConnections();
        for (int i = 0; i < count; i++) {
            Socket socket = NetworkNamespace.named(namespace).call(() -> {
                Socket opened = new Socket();
                opened.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
                return opened;
            });
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.setTcpNoDelay(true);
            live.sockets.add(socket);
        }
        return live;
    }

    /** Begins to talk on all of them, with a pause between an answer and the next question. */
    void talk(int pauseMillis) {
        for (Socket socket : sockets) {
            Thread talker = new Thread(() -> talk(socket, pauseMillis), "talker");
            talker.start();
            talkers.add(talker);
        }
    }

    private void talk(Socket socket, int pauseMillis) {
        try {
            for (int i = 0; !over; i++) {
                byte[] question = ByteBuffer.allocate(MESSAGE_BYTES).putInt(i).array();
                socket.getOutputStream().write(question);
                byte[] answer = socket.getInputStream().readNBytes(MESSAGE_BYTES);
                exchanges.incrementAndGet();
                assertThat(answer).isEqualTo(question);
                TimeUnit.MILLISECONDS.sleep(pauseMillis);
            }
        } catch (IOException | InterruptedException | AssertionError e) {
            failed(new IllegalStateException(socket.getLocalPort() + ": " + e.getMessage(), e));
        }
    }

    private synchronized void failed(Exception failure) {
        failures.add(failure);
    }

    /** Waits until every one of them has been answered once more. */
    void awaitAnswers() throws InterruptedException {
        over = true;
        for (Thread talker : talkers) {
            talker.join();
        }
        assertThat(failures).as("connections that ended").isEmpty();
    }

    /** How many answers there were so far. */
    int exchanges() {
        return exchanges.get();
    }

    @Override
    public void close() throws IOException {
        over = true;
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
