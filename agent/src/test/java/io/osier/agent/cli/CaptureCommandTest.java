package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.api.server.ApiError;
import io.osier.agent.api.server.ApiRequest;
import io.osier.agent.api.server.ApiResponse;
import io.osier.agent.api.server.ApiServer;
import io.osier.agent.capture.CaptureException;
import io.osier.agent.capture.CaptureRequest;
import io.osier.agent.capture.CaptureService;
import io.osier.agent.capture.CaptureSession;
import io.osier.dataplane.observe.CaptureMessage;
import io.osier.dataplane.observe.CaptureStreamWriter;
import io.osier.dataplane.observe.TestPackets;
import io.osier.dataplane.observe.TwoNodes;
import io.osier.dataplane.packet.IpAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code osier capture} against an agent's socket, behind which two workers forward over memory. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CaptureCommandTest {
    private static final byte[] TO_SERVICE = TestPackets.udp("10.32.1.2", 40_000, "10.96.0.10", 80);
    private static final String NODES =
            list("{\"metadata\":{\"name\":\"node-a\"}},{\"metadata\":{\"name\":\"node-b\"}},"
                    + "{\"metadata\":{\"name\":\"stranger\"},\"spec\":{\"foreign\":true}}");
    private static final String PODS = list("{\"metadata\":{\"name\":\"web-1\"},\"status\":{\"podIP\":\"10.32.1.2\"}}");

    @TempDir
    private Path directory;

    private final TwoNodes nodes = new TwoNodes();
    private final List<String> asked = new ArrayList<>();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final PrintStream systemErr = System.err;
    private ApiServer server;

    @BeforeEach
    void listen() throws IOException {
        server = ApiServer.listen(directory.resolve("api.sock"), this::answer);
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void close() {
        System.setErr(systemErr);
        server.close();
    }

    @Test
    void writesWhatAllAgentsSeeIntoOneFile() throws Exception {
        Path file = directory.resolve("all.pcapng");
        CompletableFuture<Integer> exit = inBackground("-w", file.toString(), "-c", "4");
        Awaitility.await().until(() -> Files.exists(file) && Files.size(file) > 0);

        nodes.send(nodes.a, nodes.web1, TO_SERVICE);

        assertThat(exit.get()).isZero();
        assertThat(errors()).contains("capturing on node-a, node-b; end with Ctrl-C", "4 packets captured");
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                .contains("Osier 1.2.3", "web-1 tap-in", "node-a vxlan-out", "node-b vxlan-in", "web-3 tap-out")
                .contains("DNAT 10.96.0.10:80 -> 10.32.2.2:9876, backend 1 of 1, p=1");
    }

    @Test
    void asksOnlyTheNodesThatAreNamedForThePodsThatAreNamed() throws Exception {
        int exit = run(
                "--node", "node-b", "--pod", "pod/web-1", "--stage", "drop", "--duration", "0.01", "-w", "/dev/null");
        assertThat(exit).isZero();
        assertThat(asked).containsExactly("/osier/v1/capture?node=node-b&pod=web-1&stage=drop");
        assertThat(errors()).contains("capturing on node-b;", "0 packets captured");
    }

    @Test
    void failsWhereANodeEndsBeforeTheCaptureAndWritesWhatHasCome() throws Exception {
        Path file = directory.resolve("some.pcapng");
        CompletableFuture<Integer> exit =
                inBackground("--node", "node-a", "--node", "short", "--duration", "1", "-w", file.toString());
        Awaitility.await().until(() -> Files.exists(file) && Files.size(file) > 0);

        nodes.send(nodes.a, nodes.web1, TO_SERVICE);

        assertThat(exit.get()).isOne();
        assertThat(errors()).contains("osier: capture: short: its agent has ended the capture", "2 packets captured");
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains("web-1 tap-in", "node-a vxlan-out");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--stage tap     | 2 | osier: capture: --stage \"tap\" is no stage: tap-in, tap-out, host-in, host-out, vxlan-in, vxlan-out, drop",
                "-c 0            | 2 | osier: capture: --count must be 1 or more: 0",
                "--duration 0    | 2 | osier: capture: --duration must be more than 0: 0.0",
                "-s 0            | 2 | osier: capture: --snaplen must be 1 to 262144: 0",
                "--pod nobody    | 1 | osier: capture: pods \"nobody\" not found",
                "--pod other/web-1 | 2 | osier: capture: --pod other/web-1: for a pod of the namespace other write -n other --pod web-1",
                "--pod svc/web   | 2 | osier: capture: svc/web: name a pod",
                "--pod pod/a/b   | 2 | osier: capture: pod/a/b: name a pod",
                "--pod pod/      | 2 | osier: capture: pod/: name a pod",
                "--node nobody   | 1 | osier: capture: nodes \"nobody\" not found",
                "--node node-a --node nobody | 1 | osier: capture: nodes \"nobody\" not found",
                "--node stranger | 1 | osier: capture: node stranger is a foreign one: no agent runs there",
                "-w /none/x      | 1 | osier: capture: cannot write /none/x: no such directory",
            })
    void saysInOneLineWhatIsWrong(String words, int exitCode, String message) {
        assertThat(run(words.split(" "))).isEqualTo(exitCode);
        assertThat(errors().lines()).containsExactly(message);
    }

    private ApiResponse answer(ApiRequest request) {
        String path = "/" + String.join("/", request.path());
        return switch (path) {
            case "/api/v1/nodes" -> json(NODES);
            case "/api/v1/pods" -> json(PODS);
            case "/api/v1/services" -> json(list(""));
            case "/api/v1/pods/web-1", "/api/v1/nodes/node-a", "/api/v1/nodes/node-b", "/api/v1/nodes/short" ->
                json("{}");
            case "/api/v1/nodes/stranger" -> json("{\"spec\":{\"foreign\":true}}");
            case "/api/v1/nodes/nobody" -> throw new ApiError(404, "NotFound", "nodes \"nobody\" not found");
            case "/osier/v1/capture" -> capture(request);
            default -> throw new ApiError(404, "NotFound", "pods \"nobody\" not found");
        };
    }

    private ApiResponse capture(ApiRequest request) {
        synchronized (asked) {
            asked.add(request.uri());
        }
        String name = request.query().getOrDefault("node", List.of("")).get(0);
        if (name.equals("short")) {
            return new ApiResponse(200, "application/octet-stream", new byte[0], out -> {
                CaptureStreamWriter writer = new CaptureStreamWriter(out);
                writer.write(new CaptureMessage.Hello(name));
                writer.flush();
            });
        }
        TwoNodes.Node node = name.equals("node-a") ? nodes.a : nodes.b;
        if (!name.startsWith("node-")) {
            throw new ApiError(404, "NotFound", "nodes \"" + name + "\" not found");
        }
        IpAddress underlay = node == nodes.a ? TwoNodes.UNDERLAY_A : TwoNodes.UNDERLAY_B;
        try {
            CaptureSession session = new CaptureService(name, underlay, node.proxy, pod -> List.of())
                    .open(CaptureRequest.ofQuery(request.query()));
            return new ApiResponse(200, "application/octet-stream", new byte[0], out -> {
                try (session) {
                    session.streamTo(out);
                }
            });
        } catch (CaptureException e) {
            throw new ApiError(400, "BadRequest", String.valueOf(e.getMessage()));
        }
    }

    private CompletableFuture<Integer> inBackground(String... words) {
        return CompletableFuture.supplyAsync(() -> run(words));
    }

    private int run(String... words) {
        List<String> all = new ArrayList<>(
                List.of("capture", "--socket", directory.resolve("api.sock").toString()));
        all.addAll(List.of(words));
        return OsierCommand.execute(all.toArray(String[]::new), "1.2.3", config -> 0);
    }

    private String errors() {
        return errors.toString(StandardCharsets.UTF_8);
    }

    private static String list(String items) {
        return "{\"items\":[" + items + "]}";
    }

    private static ApiResponse json(String text) {
        return new ApiResponse(200, "application/json", text.getBytes(StandardCharsets.UTF_8), null);
    }
}
