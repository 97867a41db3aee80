package io.osier.agent.scenario;

import io.osier.dataplane.io.NetworkNamespace;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** In each backend's namespace, in both families: whoever asks is told who answers, and which address he was seen under. */
final class EchoServers implements AutoCloseable {
    static final List<Integer> PORTS = List.of(9001, 9002);
    private static final int BACKLOG = 512;

    private final List<Closeable> open = new ArrayList<>();

    void open(Station backend, String namespace) throws IOException {
        for (Family family : Family.values()) {
            open.add(SctpServer.open(namespace, family, backend.label, PORTS));
        }
        for (int port : PORTS) {
            InetSocketAddress any = new InetSocketAddress("::", port); // of both families
            String name = backend.label + ":" + port;
            ServerSocketChannel listener = NetworkNamespace.named(namespace).call(ServerSocketChannel::open);
            open.add(listener);
            listener.bind(any, BACKLOG);
            serve(() -> answer(listener, name));
            DatagramChannel datagrams = NetworkNamespace.named(namespace).call(DatagramChannel::open);
            open.add(datagrams);
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
        for (Closeable each : open) {
            each.close();
        }
    }
}
