package io.osier.dataplane.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lives through random traffic, network trouble and policy changes. A failure names its seed;
 * {@code -Dosier.simulation.seed=N} runs that one, {@code -Dosier.simulation.seeds=N} explores that many.
 */
class TrafficSimulationTest {
    private static final int STEPS = 1_500;
    /** As many as take about ten seconds. */
    private static final long SEEDS = 25;

    static LongStream seeds() {
        Long one = Long.getLong("osier.simulation.seed");
        return one != null
                ? LongStream.of(one)
                : LongStream.rangeClosed(1, Long.getLong("osier.simulation.seeds", SEEDS));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void twoNodesDeliverEverythingToTheRightPod(long seed) {
        live(seed, 2);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void threeNodesDeliverEverythingToTheRightPod(long seed) {
        live(seed, 3);
    }

    private static void live(long seed, int nodes) {
        TrafficSimulation simulation = new TrafficSimulation(seed, nodes);
        try {
            simulation.run(STEPS);
            simulation.finish();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("simulation of " + nodes + " nodes failed: -Dosier.simulation.seed=" + seed, e);
        }
        assertThat(simulation.answers())
                .as("the simulation has to do something")
                .isGreaterThan(STEPS / 4);
    }
}
