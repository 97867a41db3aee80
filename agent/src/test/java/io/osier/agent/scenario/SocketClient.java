package io.osier.agent.scenario;

import io.osier.dataplane.io.NetworkNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** By TCP or UDP. */
final class SocketClient implements Client {
    private static final int ANSWER_BYTES = 128;

    private final InetSocketAddress to;
    private final List<NetworkChannel> channels = new ArrayList<>();
    private int next;

    private SocketClient(InetSocketAddress to) {
        this.to = to;
    }

    /** @param times how often it can ask */
    static SocketClient open(String namespace, Question question, int times) throws IOException {
        SocketClient client = new SocketClient(new InetSocketAddress(question.address(), question.port()));
        ProtocolFamily family = Family.of(question.address()).sockets();
        return NetworkNamespace.named(namespace).call(() -> {
            for (int i = 0; i < times; i++) {
                client.channels.add(
                        question.protocol().equals("TCP") ? SocketChannel.open(family) : DatagramChannel.open(family));
            }
            return client;
        });
    }

    @Override
    public String ask(int patienceMillis) throws IOException {
        NetworkChannel channel = channels.get(next++);
        return channel instanceof SocketChannel stream
                ? askStream(stream, patienceMillis)
                : askDatagrams((DatagramChannel) channel, patienceMillis);
    }

    private String askStream(SocketChannel channel, int patienceMillis) throws IOException {
        channel.socket().setSoTimeout(patienceMillis);
        channel.socket().connect(to, patienceMillis);
        return new String(channel.socket().getInputStream().readNBytes(ANSWER_BYTES), StandardCharsets.UTF_8);
    }

    private String askDatagrams(DatagramChannel channel, int patienceMillis) throws IOException {
        channel.connect(to);
        try {
            channel.write(ByteBuffer.wrap(new byte[] {'?'}));
        } catch (PortUnreachableException e) {
            throw e;
        } catch (IOException e) {
            // A filter of the client's own node fails the call. Whether it refused or dropped the packet is heard
            // below.
        }
        byte[] memory = new byte[ANSWER_BYTES];
        DatagramPacket packet = new DatagramPacket(memory, memory.length);
        channel.socket().setSoTimeout(patienceMillis);
        channel.socket().receive(packet);
        return new String(memory, 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        for (NetworkChannel channel : channels) {
            channel.close();
        }
    }
}
