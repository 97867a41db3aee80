package io.osier.agent.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends datagrams from node to node through the overlay, and counts those that come: whether the way is open in one direction
 * shows at its other end alone. Linux lets nobody fragment them (RFC 1191). Safe for any thread.
 */
public final class ProbeSocket implements AutoCloseable {
    /** What every probe begins with; its number follows. */
    private static final String GREETING = "osier-probe ";

    private static final int HEADERS_BYTES = 28; // IPv4 and UDP
    private static final int MAX_BYTES = 65_535;
    private static final int REMEMBERED = 4_096;
    private static final Logger LOG = LoggerFactory.getLogger(ProbeSocket.class);

    private final DatagramChannel channel;
    private final int port;
    private final Map<String, Integer> seen = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > REMEMBERED;
        }
    };

    private ProbeSocket(DatagramChannel channel, int port) {
        this.channel = channel;
        this.port = port;
    }

    /**
     * Listens; the same port is where others are sent to.
     *
     * @throws IOException in one line, if the port is taken
     */
    public static ProbeSocket open(InetSocketAddress local) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        try {
            channel.bind(local);
        } catch (IOException e) {
            channel.close();
            throw new IOException("UDP " + local + ": " + e.getMessage(), e);
        }
        ProbeSocket probes = new ProbeSocket(channel, local.getPort());
        Thread thread = new Thread(probes::listen, "osier-probes");
        thread.setDaemon(true);
        thread.start();
        return probes;
    }

    /**
     * Sends one probe.
     *
     * @param id of this probe and its like: hexadecimal
     * @param packetBytes the length of the IP packet, headers included
     * @throws IOException if it cannot even be sent, for being too long say
     */
    public void send(InetAddress to, String id, int packetBytes) throws IOException {
        byte[] greeting = (GREETING + id + "\n").getBytes(StandardCharsets.US_ASCII);
        int payloadBytes = Math.max(greeting.length, Math.min(packetBytes, MAX_BYTES) - HEADERS_BYTES);
        ByteBuffer probe = ByteBuffer.allocate(payloadBytes).put(greeting).position(0);
        channel.send(probe, new InetSocketAddress(to, port));
    }

    /** How many probes of this number have come. */
    public int seen(String id) {
        synchronized (seen) {
            return seen.getOrDefault(id, 0);
        }
    }

    private void listen() {
        ByteBuffer buffer = ByteBuffer.allocate(MAX_BYTES);
        while (channel.isOpen()) {
            try {
                buffer.clear();
                channel.receive(buffer);
                note(buffer.flip());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.debug("probes: {}", e.getMessage()); // the late report of an earlier one
            }
        }
    }

    /** Anybody can send here; only what looks like a probe is counted. */
    private void note(ByteBuffer probe) {
        String text = StandardCharsets.US_ASCII
                .decode(probe.limit(Math.min(probe.limit(), 64)))
                .toString();
        int end = text.indexOf('\n');
        if (end > 0 && text.substring(0, end).matches(GREETING + "[0-9a-f]{1,32}")) {
            String id = text.substring(GREETING.length(), end);
            synchronized (seen) {
                seen.merge(id, 1, Integer::sum);
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is closed whatever it says.
        }
    }
}
