package io.osier.dataplane.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import java.util.ArrayList;
import java.util.List;
import org.pcap4j.packet.ArpPacket;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UdpPacket;

/**
 * A pod (or host) that serves on every port: it answers {@code Q 7} with {@code A 7 ITS-ADDRESS}, opens and closes TCP
 * connections as it is told, and hands whatever it gets to the test. It sees only what a kernel would: frames for its own
 * MAC address and groups.
 */
final class SimulatedPod {
    /** Something that came for the test to judge. */
    record Received(SimulatedPod pod, int protocol, String from, int fromPort, int toPort, String payload) {}

    private final SimulatedNode node;
    private final MemoryPort port;
    private final String address;

    SimulatedPod(SimulatedNode node, MemoryPort port, String address) {
        this.node = node;
        this.port = port;
        this.address = address;
    }

    SimulatedNode node() {
        return node;
    }

    MemoryPort port() {
        return port;
    }

    String address() {
        return address;
    }

    void ask(int protocol, int fromPort, String to, int toPort, int tcpFlags, String payload) {
        PacketBuilder packet = protocol == IpProtocol.TCP ? PacketBuilder.tcp().flags(tcpFlags) : PacketBuilder.udp();
        port.send(packet.from(address, fromPort).to(to, toPort).payload(payload));
    }

    /** Takes in what has come and answers questions. */
    List<Received> serve() {
        List<Received> rest = new ArrayList<>();
        for (DecodedPacket packet : port.drainPackets()) {
            EthernetPacket frame = packet.ethernet();
            if (MacAddress.isGroup(packet.destinationMac())) {
                continue;
            }
            if (frame.getPayload() instanceof ArpPacket arp) {
                String sender = arp.getHeader().getSrcProtocolAddr().getHostAddress();
                rest.add(new Received(
                        this,
                        0,
                        sender,
                        0,
                        0,
                        arp.getHeader().getSrcHardwareAddr().toString()));
            } else if (frame.getPayload() instanceof IpV4Packet ip) {
                assertThat(ip.getHeader().getDstAddr().getHostAddress())
                        .as("delivered to the wrong pod: %s", packet)
                        .isEqualTo(address);
                assertThat(ip.getHeader().getSrcAddr().getHostAddress())
                        .as("no kernel takes what claims to come from itself: %s", packet)
                        .isNotEqualTo(address);
                serve(packet, ip, rest);
            }
        }
        return rest;
    }

    private void serve(DecodedPacket packet, IpV4Packet ip, List<Received> rest) {
        String from = ip.getHeader().getSrcAddr().getHostAddress();
        Packet transport = ip.getPayload();
        if (transport instanceof UdpPacket udp) {
            int fromPort = udp.getHeader().getSrcPort().valueAsInt();
            int toPort = udp.getHeader().getDstPort().valueAsInt();
            if (packet.payload().startsWith("Q")) {
                answer(PacketBuilder.udp(), from, fromPort, toPort, packet);
            }
            rest.add(new Received(this, IpProtocol.UDP, from, fromPort, toPort, packet.payload()));
        } else if (transport instanceof TcpPacket tcp) {
            TcpPacket.TcpHeader header = tcp.getHeader();
            int fromPort = header.getSrcPort().valueAsInt();
            int toPort = header.getDstPort().valueAsInt();
            if (packet.payload().startsWith("Q")) {
                int syn = header.getSyn() ? 0x02 : 0;
                int fin = header.getFin() ? 0x01 : 0;
                answer(PacketBuilder.tcp().flags(0x10 | syn | fin), from, fromPort, toPort, packet);
            }
            rest.add(new Received(this, IpProtocol.TCP, from, fromPort, toPort, packet.payload()));
        } else {
            rest.add(new Received(this, IpProtocol.ICMP, from, 0, 0, packet.toString()));
        }
    }

    private void answer(PacketBuilder builder, String asker, int askerPort, int ownPort, DecodedPacket question) {
        String number = question.payload().substring(1);
        port.send(builder.from(address, ownPort).to(asker, askerPort).payload("A" + number + " " + address));
    }

    @Override
    public String toString() {
        return address;
    }
}
