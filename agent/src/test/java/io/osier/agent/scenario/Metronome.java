package io.osier.agent.scenario;

import io.osier.dataplane.io.NetworkNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.locks.LockSupport;

/**
 * A numbered datagram every two milliseconds from one namespace to another, until it is stopped; tells which have not arrived.
 * An interface's queue holds them for 16 seconds.
 */
final class Metronome {
    private static final long BEAT_NANOS = 2_000_000;
    private static final Path SOCKETS = Path.of("/proc/thread-self/net");
    private static final int LOOK_MILLIS = 100;
    private static final long QUIET_NANOS = 3_000_000_000L;

    private final DatagramSocket out;
    private final String to;
    private final DatagramSocket in;
    private final Thread sender = new Thread(this::send, "metronome");
    private final Thread receiver = new Thread(this::receive, "metronome-ear");
    private final BitSet arrived = new BitSet(); // the receiver's own until it has ended
    private final InetSocketAddress target;
    private volatile boolean over;
    private volatile boolean allSent;
    private volatile int sent;
    private long longestGapNanos;
    private long tooManyAtOnce;

    private Metronome(DatagramSocket out, String to, DatagramSocket in, InetSocketAddress target) {
        this.to = to;
        this.out = out;
        this.in = in;
        this.target = target;
    }

    static Metronome start(String from, String to, String address, int port) throws IOException {
        DatagramSocket in = Flood.socket(to, port);
        in.setReceiveBufferSize(4 << 20);
        in.setSoTimeout(LOOK_MILLIS);
        Metronome metronome = new Metronome(Flood.socket(from, 0), to, in, new InetSocketAddress(address, port));
        metronome.sender.start();
        metronome.receiver.start();
        return metronome;
    }

    private void send() {
        long nextNanos = System.nanoTime();
        byte[] bytes = new byte[64];
        for (int number = 0; !over; number++) {
            ByteBuffer.wrap(bytes).putInt(0, number);
            try {
                out.send(new DatagramPacket(bytes, bytes.length, target));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            sent = number + 1;
            nextNanos += BEAT_NANOS;
            LockSupport.parkNanos(nextNanos - System.nanoTime());
        }
    }

    private void receive() {
        byte[] bytes = new byte[64];
        long lastNanos = System.nanoTime();
        while (!allSent || arrived.cardinality() < sent) {
            try {
                in.receive(new DatagramPacket(bytes, bytes.length));
                arrived.set(ByteBuffer.wrap(bytes).getInt());
                long nowNanos = System.nanoTime();
                longestGapNanos = Math.max(longestGapNanos, nowNanos - lastNanos);
                lastNanos = nowNanos;
            } catch (SocketTimeoutException e) {
                if (allSent && System.nanoTime() - lastNanos > QUIET_NANOS) {
                    return; // no more come
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Stops, and waits for what is still under way. */
    void stop() throws IOException, InterruptedException {
        over = true;
        sender.join();
        allSent = true;
        receiver.join();
        tooManyAtOnce = overflowsOf(to, in.getLocalPort());
        out.close();
        in.close();
    }

    int sent() {
        return sent;
    }

    /** What came to the receiver's socket while its small buffer was full; proc(5), the last column. */
    private static long overflowsOf(String namespace, int port) throws IOException {
        String sockets = NetworkNamespace.named(namespace)
                .call(() -> Files.readString(SOCKETS.resolve("udp")) + Files.readString(SOCKETS.resolve("udp6")));
        String local = ":%04X ".formatted(port);
        return sockets.lines()
                .filter(line -> line.contains(local))
                .map(line -> line.strip().split("\\s+", -1))
                .mapToLong(fields -> Long.parseLong(fields[fields.length - 1]))
                .sum();
    }

    /** How many have not arrived at the receiver's kernel. After {@link #stop}. */
    long lost() {
        return sent - arrived.cardinality() - tooManyAtOnce;
    }

    @Override
    public String toString() {
        return "%d sent, %d lost, %d too many at once, at most %d ms between two"
                .formatted(sent, lost(), tooManyAtOnce, longestGapNanos / 1_000_000);
    }
}
