package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.osier.dataplane.packet.TcpHeader;
import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A Linux kernel's own VXLAN device is the other node. */
@Tag("namespaces")
@ExtendWith(TwoNodeLab.class)
class ForeignNodeTest {
    private static final String KERNEL = "osier-t-kernel";

    private static final String OFFLOADING_KERNEL = "osier-t-remcsum";

    @TempDir
    private static Path folder;

    private static boolean kernelOffloads;

    @BeforeAll
    static void makeKernelNodes() {
        assertThat(makeKernelNode(KERNEL, 9, "").exitCode()).isZero();
        osier("create", "node", "kernel", "--address", "172.30.0.9", "--pod-cidr", "10.32.9.0/24")
                .succeeded();
        kernelOffloads =
                makeKernelNode(OFFLOADING_KERNEL, 10, "remcsumtx remcsumrx").exitCode() == 0;
        osier(
                        "create",
                        "node",
                        "remcsum",
                        "--address",
                        "172.30.0.10",
                        "--pod-cidr",
                        "10.32.10.0/24",
                        "--remote-checksum")
                .succeeded();
        osier("create", "pod", "a1", "--node", "node-a").succeeded();
        osier("create", "pod", "b1", "--node", "node-b").succeeded();
    }

    private static Shell.Result makeKernelNode(String name, int host, String vxlanOptions) {
        return bash("set -e; name=" + name + " host=" + host + "; options='" + vxlanOptions + "'\n" + """
                ip netns add $name
                ip link add otk$host netns osier-underlay type veth peer name eth0 netns $name
                bridge=$(ip -n osier-underlay -o link show type bridge | awk -F': ' '{print $2}')
                ip -n osier-underlay link set otk$host up master $bridge
                ip -n $name link set lo up
                ip -n $name addr add 172.30.0.$host/24 dev eth0
                ip -n $name link set eth0 up
                ip -n $name link add vxlan1 type vxlan id 1 dstport 4789 local 172.30.0.$host remote 172.30.0.1 dev eth0 $options
                bridge -n $name fdb append 00:00:00:00:00:00 dev vxlan1 dst 172.30.0.2
                ip -n $name addr add 10.32.$host.5/12 dev vxlan1
                ip -n $name link set vxlan1 up
                """);
    }

    @AfterAll
    static void removeKernelNodes() {
        bash("ip netns del " + KERNEL).succeeded();
        bash("ip netns del " + OFFLOADING_KERNEL).succeeded();
    }

    @Test
    void podsAndTheKernelsAddressReachEachOther() {
        assertThat(in("a1", "ping -c 2 -i 0.3 -W 2 10.32.9.5").succeeded().out())
                .contains("ttl=64");
        assertThat(in("b1", "ping -c 2 -i 0.3 -W 2 10.32.9.5").succeeded().out())
                .contains("ttl=64");
        assertThat(in(KERNEL, "ping -c 2 -i 0.3 -W 2 " + podIp("a1"))
                        .succeeded()
                        .out())
                .doesNotContain("DUP");
        in(KERNEL, "ping -c 2 -i 0.3 -W 2 " + podIp("b1")).succeeded();
    }

    @Test
    void itsMacAddressIsLearned() {
        in("a1", "ping -c 1 -W 2 10.32.9.5").succeeded();
        String mac = bash("ip -n " + KERNEL + " -o link show vxlan1 | sed 's/.*ether \\([^ ]*\\).*/\\1/'")
                .out()
                .trim();

        assertThat(osier("--node", "node-a", "get", "fdb").succeeded().out()).contains(mac);
    }

    @Test
    void aStrangersTunnelPacketIsCountedAndNotDelivered() {
        osier("delete", "node", "kernel").succeeded();
        try {
            assertThat(in(KERNEL, "ping -c 1 -W 1 " + podIp("a1")).exitCode()).isNotZero();
            assertThat(osier("--node", "node-a", "drops").out()).contains("unknown-tunnel-peer");
        } finally {
            osier("create", "node", "kernel", "--address", "172.30.0.9", "--pod-cidr", "10.32.9.0/24")
                    .succeeded();
        }
    }

    @Test
    void streamsBetweenPodsAndTheKernelArriveIntactAndWithRightChecksums() {
        bash("ip netns exec node-a ethtool -K eth0 tso off gso off tx-udp-segmentation off")
                .succeeded();
        BulkTransfer bulk = new BulkTransfer(folder, 20);
        Path file = folder.resolve("kernel.pcap");
        Process tcpdump = UnderlayTest.capture(KERNEL, "eth0", file);
        try {
            bulk.send("a1", KERNEL, "10.32.9.5");
        } finally {
            UnderlayTest.end(tcpdump);
        }
        bulk.send("b1", KERNEL, "10.32.9.5");
        bulk.send(KERNEL, "a1", podIp("a1"));
        bulk.send(KERNEL, "b1", podIp("b1"));

        String fromPod = "ip.src == 172.30.0.1 && tcp";
        assertThat(SuperFramesTest.count(file, fromPod + " && tcp.checksum.status == 1"))
                .isGreaterThan(10_000);
        assertThat(SuperFramesTest.count(file, fromPod + " && tcp.checksum.status != 1"))
                .isZero();
        assertThat(SuperFramesTest.count(file, "ip.src == 172.30.0.1 && vxlan[0:2] != 08:00"))
                .isZero();
    }

    @Test
    void streamsToAndFromAKernelThatOffloadsChecksumsArriveIntact() {
        assumeTrue(kernelOffloads, "this kernel's VXLAN has no remcsumtx and remcsumrx");
        BulkTransfer bulk = new BulkTransfer(folder, 20);
        Path file = folder.resolve("remcsum.pcap");
        Process tcpdump = UnderlayTest.capture(OFFLOADING_KERNEL, "eth0", file);
        try {
            bulk.send("a1", OFFLOADING_KERNEL, "10.32.10.5");
            bulk.send(OFFLOADING_KERNEL, "a1", podIp("a1"));
        } finally {
            UnderlayTest.end(tcpdump);
        }
        bulk.send(OFFLOADING_KERNEL, "b1", podIp("b1"));
        bulk.send("b1", OFFLOADING_KERNEL, "10.32.10.5");

        for (String sender : List.of("172.30.0.1", "172.30.0.10")) {
            assertThat(SuperFramesTest.count(file, "ip.src == " + sender + " && vxlan[0:2] == 08:20"))
                    .as("packets from %s that leave the checksum to the other end", sender)
                    .isPositive();
        }
    }

    @Test
    void packetsWithAWrongChecksumEndAtTheTunnelByName() throws Exception {
        long before = badChecksums();
        PacketBuilder udp = PacketBuilder.udp().from("10.32.9.77", 5000).to(podIp("a1"), 7003);
        PacketBuilder syn = PacketBuilder.tcp()
                .from("10.32.9.77", 5000)
                .to(podIp("a1"), 7003)
                .flags(TcpHeader.SYN);
        try (DatagramSocket pod = Flood.socket("a1", 7003);
                DatagramSocket kernel = Flood.socket(KERNEL, 0)) {
            pod.setSoTimeout(3_000);
            send(kernel, udp.payload("right 1").build().bytes(), 0);
            send(kernel, udp.payload("wrong").build().bytes(), 1);
            send(kernel, syn.payload("wrong").build().bytes(), 1);
            send(kernel, udp.payload("right 2").build().bytes(), 0);

            assertThat(receive(pod)).isEqualTo("right 1");
            assertThat(receive(pod)).isEqualTo("right 2");
        }
        await().untilAsserted(() -> assertThat(badChecksums()).isEqualTo(before + 2));
    }

    /** Sends a frame through the tunnel, with something added to its last byte. */
    private static void send(DatagramSocket kernel, byte[] frame, int added) throws Exception {
        frame[frame.length - 1] += (byte) added;
        byte[] datagram = PacketBuilder.vxlan(1, RawFrame.of(frame));
        kernel.send(new DatagramPacket(datagram, datagram.length, InetAddress.getByName("172.30.0.1"), 4789));
    }

    private static String receive(DatagramSocket pod) throws Exception {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        pod.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    private static long badChecksums() {
        return osier("--node", "node-a", "drops").succeeded().lines().stream()
                .filter(line -> line.contains("bad-checksum"))
                .mapToLong(line -> Long.parseLong(line.replaceFirst(".*bad-checksum +(\\d+).*", "$1")))
                .sum();
    }
}
