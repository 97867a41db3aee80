package io.osier.agent.scenario;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.concurrent.locks.LockSupport;

/** One numbered datagram a millisecond from one namespace to another, until it is stopped; tells which have not arrived. */
final class Metronome {
    private static final long BEAT_NANOS = 1_000_000;
    private static final int QUIET_MILLIS = 3_000;

    private final DatagramSocket out;
    private final DatagramSocket in;
    private final Thread sender = new Thread(this::send, "metronome");
    private final Thread receiver = new Thread(this::receive, "metronome-ear");
    private final BitSet arrived = new BitSet(); // the receiver's own until it has ended
    private final InetSocketAddress target;
    private volatile boolean over;
    private volatile int sent;
    private long longestGapNanos;

    private Metronome(DatagramSocket out, DatagramSocket in, InetSocketAddress target) {
        this.out = out;
        this.in = in;
        this.target = target;
    }

    static Metronome start(String from, String to, String address, int port) throws IOException {
        DatagramSocket in = Flood.socket(to, port);
        in.setReceiveBufferSize(4 << 20);
        in.setSoTimeout(QUIET_MILLIS);
        Metronome metronome = new Metronome(Flood.socket(from, 0), in, new InetSocketAddress(address, port));
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
        while (!over || arrived.cardinality() < sent) {
            try {
                in.receive(new DatagramPacket(bytes, bytes.length));
                arrived.set(ByteBuffer.wrap(bytes).getInt());
                long nowNanos = System.nanoTime();
                longestGapNanos = Math.max(longestGapNanos, nowNanos - lastNanos);
                lastNanos = nowNanos;
            } catch (SocketTimeoutException e) {
                if (over) {
                    return; // no more come
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Stops, and waits for what is still under way. */
    void stop() throws InterruptedException {
        over = true;
        sender.join();
        receiver.join();
        out.close();
        in.close();
    }

    int sent() {
        return sent;
    }

    /** How many have not arrived. After {@link #stop}. */
    int lost() {
        return sent - arrived.cardinality();
    }

    @Override
    public String toString() {
        return "%d sent, %d lost, at most %d ms between two".formatted(sent, lost(), longestGapNanos / 1_000_000);
    }
}
