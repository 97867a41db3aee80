package io.osier.agent.scenario;

import io.osier.dataplane.io.NetworkNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** In each backend's namespace, by TCP and UDP: whoever asks is told who answers, and which address he was seen under. */
final class EchoServers implements AutoCloseable {
    static final List<Integer> PORTS = List.of(9001, 9002);
    private static final int BACKLOG = 512;

    private final List<Channel> channels = new ArrayList<>();

    void open(Station backend, String namespace) throws IOException {
        for (int port : PORTS) {
            InetSocketAddress any = new InetSocketAddress("0.0.0.0", port);
            String name = backend.label + ":" + port;
            ServerSocketChannel listener =
                    NetworkNamespace.named(namespace).call(() -> ServerSocketChannel.open(StandardProtocolFamily.INET));
            channels.add(listener);
            listener.bind(any, BACKLOG);
            serve(() -> answer(listener, name));
            DatagramChannel datagrams =
                    NetworkNamespace.named(namespace).call(() -> DatagramChannel.open(StandardProtocolFamily.INET));
            channels.add(datagrams);
            datagrams.bind(any);
            serve(() -> answer(datagrams, name));
        }
    }

    private interface Turn {
        void take() throws IOException;
    }

    private static void serve(Turn turn) {
        Thread server = new Thread(
                () -> {
                    try {
                        while (true) {
                            turn.take();
                        }
                    } catch (IOException e) {
                        return; // closed
                    }
                },
                "echo-server");
        server.setDaemon(true);
        server.start();
    }

    private static void answer(ServerSocketChannel listener, String name) throws IOException {
        try (SocketChannel client = listener.accept()) {
            send(client, name);
        }
    }

    private static void send(SocketChannel client, String name) {
        try {
            client.write(text(name, client.getRemoteAddress()));
        } catch (IOException e) {
            return; // this client went away; the next one has nothing to do with that
        }
    }

    private static void answer(DatagramChannel datagrams, String name) throws IOException {
        ByteBuffer question = ByteBuffer.allocate(64);
        SocketAddress client = datagrams.receive(question);
        datagrams.send(text(name, client), client);
    }

    private static ByteBuffer text(String name, SocketAddress client) {
        String address = ((InetSocketAddress) client).getAddress().getHostAddress();
        return ByteBuffer.wrap((name + " " + address).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        for (Channel channel : channels) {
            channel.close();
        }
    }
}
