package io.osier.agent.scenario;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Answers whoever would open an association to one of its ports, in one family: who answers, and whom he sees. */
final class SctpServer implements Closeable {
    private static final int LOOK_MILLIS = 200;
    private static final int TAG = 0x5e7;

    private final RawSocket socket;
    private final String name;
    private final List<Integer> ports;
    private final Thread thread = new Thread(this::serve, "sctp-server");
    private volatile boolean closed;

    private SctpServer(RawSocket socket, String name, List<Integer> ports) {
        this.socket = socket;
        this.name = name;
        this.ports = ports;
    }

    static SctpServer open(String namespace, Family family, String name, List<Integer> ports) throws IOException {
        SctpServer server = new SctpServer(RawSocket.open(namespace, family, SctpPacket.PROTOCOL), name, ports);
        server.thread.setDaemon(true);
        server.thread.start();
        return server;
    }

    private void serve() {
        try (socket) {
            while (!closed) {
                RawSocket.await(LOOK_MILLIS, socket);
                for (byte[] in = socket.receive(); in != null; in = socket.receive()) {
                    answer(in);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answer(byte[] in) throws IOException {
        SctpPacket packet = SctpPacket.parse(in);
        if (packet != null && packet.isInit() && ports.contains(packet.destinationPort())) {
            String who = name + ":" + packet.destinationPort() + " " + socket.source();
            socket.sendTo(socket.source(), packet.answer(TAG, who).bytes());
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
