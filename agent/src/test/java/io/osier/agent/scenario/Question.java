package io.osier.agent.scenario;

import io.osier.dataplane.io.NetworkNamespace;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One client knocking at one address of a service.
 *
 * @param portName of the service's port, or empty if it has none there
 * @param how by which of the service's addresses, in words
 * @param protocol as Kubernetes has it
 */
record Question(
        Station client, DrawnService service, String portName, String how, String address, int port, String protocol) {
    static final String REFUSED = "refused";
    static final String SILENCE = "silence";
    static final String UNREACHABLE = "unreachable";
    static final String SEES = " sees ";
    private static final int ANSWER_BYTES = 64;

    boolean isTcp() {
        return protocol.equals("TCP");
    }

    /**
     * What became of so many packets, or of fewer if one is not answered: {@link #REFUSED}, {@link #SILENCE}, or who answered and
     * whom he saw. Each is sent from a port of its own.
     */
    Set<String> ask(String namespace, int times, int patienceMillis) throws IOException {
        Set<String> outcomes = new TreeSet<>();
        List<NetworkChannel> channels = open(namespace, times);
        try {
            for (NetworkChannel channel : channels) {
                String outcome = ask(channel, patienceMillis);
                outcomes.add(outcome);
                if (!outcome.contains(SEES)) {
                    break;
                }
            }
        } finally {
            for (NetworkChannel channel : channels) {
                channel.close();
            }
        }
        return outcomes;
    }

    private List<NetworkChannel> open(String namespace, int times) throws IOException {
        return NetworkNamespace.named(namespace).call(() -> {
            List<NetworkChannel> channels = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                channels.add(
                        isTcp()
                                ? SocketChannel.open(StandardProtocolFamily.INET)
                                : DatagramChannel.open(StandardProtocolFamily.INET));
            }
            return channels;
        });
    }

    private String ask(NetworkChannel channel, int patienceMillis) throws IOException {
        try {
            InetSocketAddress to = new InetSocketAddress(address, port);
            String answer = channel instanceof SocketChannel stream
                    ? askStream(stream, to, patienceMillis)
                    : askDatagrams((DatagramChannel) channel, to, patienceMillis);
            String[] words = answer.split(" ", -1);
            return words.length < 2 ? "\"" + answer + "\"" : words[0] + SEES + Station.nameOf(words[1]);
        } catch (SocketTimeoutException e) {
            return SILENCE;
        } catch (PortUnreachableException e) {
            return REFUSED;
        } catch (NoRouteToHostException e) {
            return UNREACHABLE;
        } catch (ConnectException e) {
            return String.valueOf(e.getMessage()).contains("refused") ? REFUSED : e.toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String askStream(SocketChannel channel, InetSocketAddress to, int patienceMillis)
            throws IOException {
        channel.socket().setSoTimeout(patienceMillis);
        channel.socket().connect(to, patienceMillis);
        return new String(channel.socket().getInputStream().readNBytes(ANSWER_BYTES), StandardCharsets.UTF_8);
    }

    private static String askDatagrams(DatagramChannel channel, InetSocketAddress to, int patienceMillis)
            throws IOException {
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
    public String toString() {
        return client.label + " -> " + service.name() + (portName.isEmpty() ? "" : ":" + portName) + " at " + how + " "
                + protocol + " " + address + ":" + port;
    }
}
