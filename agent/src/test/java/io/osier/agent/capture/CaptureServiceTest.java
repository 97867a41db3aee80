package io.osier.agent.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.dataplane.observe.CaptureMessage;
import io.osier.dataplane.observe.CaptureMessage.Hello;
import io.osier.dataplane.observe.CaptureMessage.Loss;
import io.osier.dataplane.observe.CaptureMessage.Progress;
import io.osier.dataplane.observe.CaptureRecord;
import io.osier.dataplane.observe.CaptureSelection;
import io.osier.dataplane.observe.CaptureStage;
import io.osier.dataplane.observe.CaptureStreamReader;
import io.osier.dataplane.observe.EpochClock;
import io.osier.dataplane.observe.TestPackets;
import io.osier.dataplane.observe.TwoNodes;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.worker.WorkerProxy;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CaptureServiceTest {
    private static final byte[] TO_SERVICE = TestPackets.udp("10.32.1.2", 40_000, "10.96.0.10", 80);

    private final TwoNodes nodes = new TwoNodes();
    private final CaptureService service = new CaptureService(
            "node-a", TwoNodes.UNDERLAY_A, nodes.a.proxy, pod -> List.of(IpAddress.parse("10.32.1.2")));

    @Test
    void streamsWhatTheWorkerSees() throws Exception {
        try (CaptureSession session = service.open(request(null))) {
            CaptureStreamReader stream = streamOf(session);
            long before = new EpochClock().getAsLong();
            nodes.send(nodes.a, nodes.web1, TO_SERVICE);

            assertThat(stream.read()).isEqualTo(new Hello("node-a"));
            assertThat(points(stream, 2)).containsExactly("web-1 tap-in", "node-a vxlan-out");
            Progress progress = next(stream, Progress.class);
            while (progress.epochNanos() < before) {
                progress = next(stream, Progress.class);
            }
        }
    }

    @Test
    void endsTheStreamWhenClosedAndStopsLooking() throws Exception {
        CaptureSession session = service.open(request(null));
        CaptureStreamReader stream = streamOf(session);
        session.close();
        while (stream.read() != null) {
            assertThat(stream).isNotNull();
        }
        List<CaptureSession> others = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            others.add(service.open(request(null)));
        }
        assertThatThrownBy(() -> service.open(request(null)))
                .hasMessage("4 captures are running on node-a already: end one of them");
        others.forEach(CaptureSession::close);
        service.open(request(null)).close();
    }

    @Test
    void asksOnlyForTheSelectedPodsPackets() throws Exception {
        CaptureRequest web1 = new CaptureRequest(Set.of("web-1"), Set.of(), null, CaptureSelection.WHOLE_PACKETS);
        try (CaptureSession session = service.open(web1)) {
            CaptureStreamReader stream = streamOf(session);
            nodes.send(nodes.a, nodes.web2, TestPackets.udp("10.32.1.3", 1, "10.32.2.2", 2));
            nodes.send(nodes.b, nodes.web3, TestPackets.udp("10.32.2.2", 1, "10.32.1.2", 2));

            assertThat(points(stream, 2)).containsExactly("node-a vxlan-in", "web-1 tap-out");
        }
    }

    @Test
    void tellsWhatAReaderThatIsTooSlowHasLost() throws Exception {
        try (CaptureSession session = service.open(request(null))) {
            byte[] large = TestPackets.udp("10.32.1.2", 1, "10.32.1.3", 2, new byte[60_000]);
            for (int i = 0; i < 200; i++) {
                nodes.send(nodes.a, nodes.web1, large);
            }
            CaptureStreamReader stream = streamOf(session);

            Loss loss = next(stream, Loss.class);
            assertThat(loss.point().toString()).isIn("web-1 tap-in", "web-2 tap-out");
            assertThat(loss.lostPackets()).isPositive();
        }
    }

    @Test
    void saysSoWhenTheNodeForwardsNoLonger() {
        WorkerProxy stopped = new WorkerProxy(nodes.a.worker, command -> {
            throw new RejectedExecutionException();
        });
        CaptureService dead = new CaptureService("node-a", TwoNodes.UNDERLAY_A, stopped, pod -> List.of());
        assertThatThrownBy(() -> dead.open(request(null)))
                .isInstanceOf(CaptureException.class)
                .hasMessage("node-a has stopped forwarding");
    }

    @Test
    @Tag("namespaces")
    void showsAPacketAtAllItsStagesIfTheFilterIsTrueAtOne() throws Exception {
        try (CaptureSession session = service.open(request("udp port 80"))) {
            CaptureStreamReader stream = streamOf(session);
            nodes.send(nodes.a, nodes.web1, TestPackets.ping("10.32.1.2", "10.32.2.2", 1));
            nodes.send(nodes.a, nodes.web1, TO_SERVICE);

            assertThat(points(stream, 2)).containsExactly("web-1 tap-in", "node-a vxlan-out");
        }
    }

    @Test
    @Tag("namespaces")
    void refusesAWrongFilterAtOnce() {
        assertThatThrownBy(() -> service.open(request("tcp prot 80")))
                .isInstanceOfSatisfying(
                        CaptureException.class,
                        e -> assertThat(e.isWrongUsage()).isTrue());
    }

    private static CaptureRequest request(@Nullable String filter) {
        return new CaptureRequest(Set.of(), Set.<CaptureStage>of(), filter, CaptureSelection.WHOLE_PACKETS);
    }

    private static CaptureStreamReader streamOf(CaptureSession session) throws IOException {
        PipedInputStream in = new PipedInputStream(64 << 10);
        PipedOutputStream out = new PipedOutputStream(in);
        var unused = CompletableFuture.runAsync(() -> {
            try (out) {
                session.streamTo(out);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        return new CaptureStreamReader(in);
    }

    private static List<String> points(CaptureStreamReader stream, int count) throws IOException {
        List<String> points = new ArrayList<>();
        while (points.size() < count) {
            points.add(next(stream, CaptureRecord.class).point().toString());
        }
        return points;
    }

    private static <T extends CaptureMessage> T next(CaptureStreamReader stream, Class<T> type) throws IOException {
        for (CaptureMessage message; (message = stream.read()) != null; ) {
            if (type.isInstance(message)) {
                return type.cast(message);
            }
        }
        throw new AssertionError("the stream has ended");
    }
}
