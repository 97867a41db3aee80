package io.osier.agent.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The same services, drawn by chance, are served by kube-proxy's own rules in the kernel and by Osier, and everybody knocks at all
 * their addresses: what becomes of the packets is the same, or it is a {@link DeliberateDifference}. A disagreement names its seed;
 * {@code -Dosier.simulation.seed=N} draws that one, {@code -Dosier.simulation.seeds=N} explores that many.
 */
@Tag("namespaces")
@Tag("alone")
class KubeProxyDifferentialTest {
    /** As many as take less than a minute. */
    private static final long SEEDS = 4;

    /** Address ranges hold no more in one run. */
    private static final long MOST_SEEDS = 25;

    @RegisterExtension
    static final KubeProxyNodes KERNEL = new KubeProxyNodes();

    @RegisterExtension
    static final OsierNodes OSIER = new OsierNodes();

    private static final EchoServers SERVERS = new EchoServers();

    @BeforeAll
    static void serve() throws Exception {
        for (Station backend : Station.BACKENDS) {
            SERVERS.open(backend, KERNEL.namespace(backend));
            SERVERS.open(backend, OSIER.namespace(backend));
        }
    }

    @AfterAll
    static void close() throws Exception {
        SERVERS.close();
    }

    private static long[] seeds() {
        Long one = Long.getLong("osier.simulation.seed");
        return one != null
                ? new long[] {one}
                : LongStream.rangeClosed(1, Math.min(MOST_SEEDS, Long.getLong("osier.simulation.seeds", SEEDS)))
                        .toArray();
    }

    @Test
    void everyPacketFaresAsUnderKubeProxysRulesOrDiffersOnPurpose(TestReporter reporter) throws Exception {
        List<Disagreement> unexplained = new ArrayList<>();
        Map<DeliberateDifference, Integer> explained = new EnumMap<>(DeliberateDifference.class);
        int questions = 0;
        long[] seeds = seeds();
        for (int number = 0; number < seeds.length; number++) {
            Comparison.Result result =
                    new Comparison(KERNEL, OSIER, seeds[number]).of(ServiceDraw.draw(seeds[number], number));
            questions += result.questions();
            for (Disagreement each : result.disagreements()) {
                DeliberateDifference.of(each)
                        .ifPresentOrElse(known -> explained.merge(known, 1, Integer::sum), () -> unexplained.add(each));
            }
        }
        reporter.publishEntry(Map.of("questions", "" + questions, "different on purpose", explained.toString()));

        assertThat(unexplained)
                .as("answered differently, of %d questions; and on purpose %s", questions, explained)
                .isEmpty();
        if (seeds.length >= SEEDS) {
            assertThat(explained)
                    .as("what is no difference any more is none to list")
                    .containsOnlyKeys(DeliberateDifference.values());
        }
    }
}
