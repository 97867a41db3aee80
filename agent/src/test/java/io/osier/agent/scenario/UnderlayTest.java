package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.Pcaps;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IcmpV4EchoPacket;
import org.pcap4j.packet.IcmpV4EchoReplyPacket;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.UdpPacket;

/** What two decoders that are not ours make of the packets between the nodes. */
@Tag("namespaces")
@ExtendWith(TwoNodeLab.class)
class UnderlayTest {
    private static final int VXLAN_HEADER_BYTES = 8;

    @Test
    void strangersDecodeTheTunnel(@TempDir Path folder) throws Exception {
        osier("create", "pod", "a1", "--node", "node-a").succeeded();
        osier("create", "pod", "b1", "--node", "node-b").succeeded();
        String a1 = podIp("a1");
        String b1 = podIp("b1");
        Path file = folder.resolve("underlay.pcap");
        Process tcpdump = capture("node-a", "eth0", file);
        try {
            in("a1", "ping -c 3 -i 0.2 -W 2 " + b1).succeeded();
        } finally {
            end(tcpdump);
        }

        assertThat(bash("tshark -r " + file + " -Y 'vxlan.vni == 1 && icmp.type == 8' -T fields -e ip.src -e ip.dst")
                        .succeeded()
                        .lines())
                .hasSize(3)
                .containsOnly("172.30.0.1," + a1 + "\t172.30.0.2," + b1);
        assertThat(bash("tshark -r " + file + " -Y '_ws.malformed' | wc -l")
                        .out()
                        .trim())
                .isEqualTo("0");
        assertThat(echoesIn(file))
                .containsOnly(a1 + " > " + b1, b1 + " > " + a1)
                .hasSize(6);
    }

    /** Begins to write what passes an interface in the tunnel; the caller ends it with {@link #end}. */
    static Process capture(String namespace, String device, Path file) {
        Path log = file.resolveSibling(file.getFileName() + ".log");
        String line = "tcpdump -Z root -B 65536 -Uni " + device + " -w " + file + " udp port 4789";
        Process tcpdump = Shell.start(namespace, line, log);
        bash("for i in $(seq 50); do grep -q listening " + log + " && exit 0; sleep 0.1; done; cat " + log + "; exit 1")
                .succeeded();
        return tcpdump;
    }

    /** Ends it when it has written even the last packet: the kernel keeps few of them back for a second. */
    static void end(Process tcpdump) {
        bash("sleep 1.5").succeeded();
        Shell.stop(tcpdump);
    }

    /** Every ICMP echo packet inside the tunnel, as pcap4j reads it. */
    private static List<String> echoesIn(Path file) throws Exception {
        List<String> echoes = new ArrayList<>();
        try (PcapHandle handle = Pcaps.openOffline(file.toString())) {
            for (Packet packet; (packet = handle.getNextPacket()) != null; ) {
                byte[] payload = packet.get(UdpPacket.class).getPayload().getRawData();
                byte[] inner = Arrays.copyOfRange(payload, VXLAN_HEADER_BYTES, payload.length);
                EthernetPacket ethernet = EthernetPacket.newPacket(inner, 0, inner.length);
                IpV4Packet ip = ethernet.get(IpV4Packet.class);
                if (ip != null && (ip.contains(IcmpV4EchoPacket.class) || isEchoReply(ip))) {
                    assertThat(ip.getHeader().hasValidChecksum(true)).isTrue();
                    echoes.add(ip.getHeader().getSrcAddr().getHostAddress() + " > "
                            + ip.getHeader().getDstAddr().getHostAddress());
                }
            }
        }
        return echoes;
    }

    private static boolean isEchoReply(IpV4Packet ip) {
        return ip.contains(IcmpV4EchoReplyPacket.class);
    }
}
