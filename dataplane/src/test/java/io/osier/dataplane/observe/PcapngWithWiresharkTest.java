package io.osier.dataplane.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stock Wireshark makes of a capture of both nodes; needs {@code tshark}, {@code capinfos} and {@code tcpdump}. */
@Tag("namespaces")
class PcapngWithWiresharkTest {
    private static final PcapngWriter.Description DESCRIPTION =
            new PcapngWriter.Description("amd64", "Linux", "Osier 0.1.0", CaptureSelection.WHOLE_PACKETS, null);

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void captureARequestAPingAndADrop() throws IOException {
        TwoNodes nodes = new TwoNodes();
        EpochClock clock = new EpochClock();
        CaptureRecorder onA = new CaptureRecorder(CaptureSelection.ALL, clock, 1 << 16);
        CaptureRecorder onB = new CaptureRecorder(CaptureSelection.ALL, clock, 1 << 16);
        nodes.a.worker.observe(onA);
        nodes.b.worker.observe(onB);
        nodes.send(nodes.a, nodes.web1, TestPackets.udp("10.32.1.2", 40_000, "10.96.0.10", 80, (byte) 1));
        nodes.send(nodes.b, nodes.web3, TestPackets.udp("10.32.2.2", 9_876, "10.32.1.2", 40_000, (byte) 2));
        nodes.send(nodes.a, nodes.web1, TestPackets.ping("10.32.1.2", "10.32.2.2", 1));
        nodes.send(nodes.a, nodes.web1, TestPackets.udp("10.32.1.2", 40_000, "10.96.0.11", 80, (byte) 1));
        List<CaptureRecord> records = new ArrayList<>();
        new CaptureReader(onA, "node-a", TwoNodes.UNDERLAY_A).drain(records::add);
        new CaptureReader(onB, "node-b", TwoNodes.UNDERLAY_B).drain(records::add);
        records.sort(Comparator.comparingLong(CaptureRecord::epochNanos));

        file = directory.resolve("capture.pcapng");
        try (OutputStream out = Files.newOutputStream(file);
                PcapngWriter writer = new PcapngWriter(out, DESCRIPTION)) {
            writer.writeNames(Map.of(
                    IpAddress.parse("10.32.1.2"), List.of("web-1"),
                    IpAddress.parse("10.96.0.10"), List.of("web")));
            for (CaptureRecord capture : records) {
                writer.write(capture);
            }
            writer.lost(new ObservationPoint("node-a", CaptureStage.VXLAN_OUT), 3);
        }
    }

    @Test
    void readsPointsDirectionsNumbersAndComments() throws Exception {
        List<String> lines = tshark(
                "-Tfields",
                "-eframe.interface_name",
                "-eframe.packet_flags_direction",
                "-eframe.packet_id",
                "-eframe.comment");

        assertThat(lines).hasSize(4 + 4 + 4 + 3);
        List<String[]> request =
                lines.subList(0, 4).stream().map(line -> line.split("\t")).toList();
        assertThat(request)
                .extracting(fields -> fields[0])
                .containsExactly("web-1 tap-in", "node-a vxlan-out", "node-b vxlan-in", "web-3 tap-out");
        assertThat(request)
                .extracting(fields -> fields[1])
                .containsExactly("0x00000001", "0x00000002", "0x00000001", "0x00000002");
        assertThat(request).extracting(fields -> fields[2]).doesNotContain("").hasSize(4);
        assertThat(request.stream().map(fields -> fields[2]).distinct()).hasSize(1);
        assertThat(request.get(0)[3]).isEqualTo("DNAT 10.96.0.10:80 -> 10.32.2.2:9876, backend 1 of 1, p=1");
        assertThat(lines.subList(12, 15)).anySatisfy(line -> assertThat(line).contains("dropped: no-endpoint"));
    }

    @Test
    void decodesTheTunnelWithoutASetting() throws Exception {
        List<String> lines = tshark(
                "-Yicmp && vxlan",
                "-oip.check_checksum:TRUE",
                "-oudp.check_checksum:TRUE",
                "-Tfields",
                "-eip.src",
                "-eip.dst",
                "-evxlan.vni",
                "-eicmp.seq",
                "-eip.checksum.status",
                "-eudp.checksum.status");

        assertThat(lines)
                .hasSize(2)
                .allSatisfy(
                        line -> assertThat(line).isEqualTo("172.30.0.1,10.32.1.2\t172.30.0.2,10.32.2.2\t1\t1\t1,1\t1"));
    }

    /** Which refuses files whose interfaces are of several kinds. */
    @Test
    void isReadByTcpdumpAsWell() throws Exception {
        String text = run("sh", "-c", "tcpdump -nr \"$0\" 2>/dev/null", file.toString());
        assertThat(text.lines().filter(line -> line.contains("VXLAN, flags [I] (0x08), vni 1")))
                .isNotEmpty();
        assertThat(text.lines().filter(line -> line.contains("ICMP echo request")))
                .hasSizeGreaterThan(1);
    }

    @Test
    void filtersByWords() throws Exception {
        assertThat(tshark("-Yframe.comment contains \"no-endpoint\"")).hasSize(3);
    }

    @Test
    void namesPodsAndServices() throws Exception {
        assertThat(tshark("-Nn", "-Yudp.dstport == 80").get(0)).contains("web-1", "web");
    }

    @Test
    void findsNothingMalformed() throws Exception {
        assertThat(tshark("-Y_ws.malformed || _ws.expert.severity == error")).isEmpty();
    }

    @Test
    void summarizesThePlaces() throws Exception {
        String summary = run("capinfos", file.toString());
        assertThat(summary)
                .contains("Osier 0.1.0", "Number of packets:   15")
                .contains(
                        "Name = web-1 tap-in", "Description = what pod web-1 sends", "Time precision = nanoseconds (9)")
                .contains("Number of stat entries = 1");
    }

    private List<String> tshark(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("tshark", "-r", file.toString()));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new)).lines().toList();
    }

    /** What the program prints; it must succeed, and say nothing on its standard error but that it runs as root. */
    private String run(String... command) throws Exception {
        Path errors = directory.resolve("errors");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(Files.readString(errors).lines().filter(line -> !line.startsWith("Running as user")))
                .isEmpty();
        return output;
    }
}
