package io.osier.agent.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.io.NetworkNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.function.IntUnaryOperator;

/** Numbered datagrams whose every byte follows from their number, as fast as they go. Some may be lost. */
final class Flood {
    private static final int PORT = 7001;
    private static final int QUIET_MILLIS = 1_000;

    private final IntUnaryOperator lengthBytes;
    private int next;
    private int received;

    /** @param lengthBytes of the datagram of this number, 4 or more */
    Flood(IntUnaryOperator lengthBytes) {
        this.lengthBytes = lengthBytes;
    }

    private byte[] datagram(int number) {
        byte[] bytes = new byte[lengthBytes.applyAsInt(number)];
        for (int i = 4; i < bytes.length; i++) {
            bytes[i] = (byte) (number * 31 + i);
        }
        ByteBuffer.wrap(bytes).putInt(0, number);
        return bytes;
    }

    /** How many arrived, each of them whole, once, and in the order in which they were sent. */
    int send(String from, String to, String address, int count) throws Exception {
        try (DatagramSocket out = socket(from, 0);
                DatagramSocket in = socket(to, PORT)) {
            in.setReceiveBufferSize(4 << 20);
            in.setSoTimeout(QUIET_MILLIS);
            InetSocketAddress target = new InetSocketAddress(InetAddress.getByName(address), PORT);
            Thread sender = new Thread(() -> sendAll(out, target, count));
            sender.start();
            receiveAll(in);
            sender.join();
        }
        return received;
    }

    static DatagramSocket socket(String namespace, int port) throws IOException {
        return NetworkNamespace.named(namespace).call(() -> new DatagramSocket(port));
    }

    private void sendAll(DatagramSocket out, InetSocketAddress target, int count) {
        try {
            for (int i = 0; i < count; i++) {
                byte[] bytes = datagram(i);
                out.send(new DatagramPacket(bytes, bytes.length, target));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void receiveAll(DatagramSocket in) throws IOException {
        byte[] memory = new byte[65_535];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(memory, memory.length);
                in.receive(packet);
                int number = ByteBuffer.wrap(memory).getInt(0);
                assertThat(number).as("number in the stream").isGreaterThanOrEqualTo(next);
                assertThat(ByteBuffer.wrap(memory, 0, packet.getLength()))
                        .as("datagram %d", number)
                        .isEqualTo(ByteBuffer.wrap(datagram(number)));
                next = number + 1;
                received++;
            }
        } catch (SocketTimeoutException e) {
            return; // no more come
        }
    }
}
