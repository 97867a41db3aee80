package io.osier.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.service.VirtualService;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** What holds in the large is seen in the small: every node is whole here, and has lived through many changes. */
@TestInstance(Lifecycle.PER_CLASS)
class SimulationTest {
    private static final ScalePlan PLAN = new ScalePlan(20, 2_000, 200, 10, 1);

    private final SimulatedCluster cluster = new SimulatedCluster(PLAN);
    private List<WholeNode> nodes = List.of();
    private List<CountingNode> counting = List.of();
    private StoreTally asked = new StoreTally();

    @BeforeAll
    void live() {
        cluster.fill();
        nodes = cluster.members().stream().map(WholeNode::new).toList();
        nodes.forEach(node -> node.begin(cluster.store()));
        counting = cluster.members().stream()
                .map(member -> new CountingNode(cluster.store()))
                .toList();
        nodes.forEach(WholeNode::round);
        counting.forEach(CountingNode::reset);
        StoreTally before = cluster.store().tally();
        changeALot();
        asked = cluster.store().tally().since(before);
    }

    @AfterAll
    void end() {
        nodes.forEach(WholeNode::close);
        cluster.close();
    }

    private void changeALot() {
        for (int i = 0; i < 50; i++) {
            cluster.turnPod(i);
            cluster.turnEndpoints(i);
            cluster.replacePod(100 + i);
            cluster.beat(cluster.members().get(i % PLAN.nodes()));
        }
        cluster.join();
        nodes.forEach(WholeNode::round);
        cluster.removeLast();
        nodes.forEach(WholeNode::round);
    }

    @Test
    void everyNodeEndsWithTheSameServices() {
        List<VirtualService> services = nodes.get(0).state().services().services();
        assertThat(services).hasSize(PLAN.services());
        assertThat(nodes)
                .allSatisfy(
                        node -> assertThat(node.state().services().services()).isEqualTo(services));
        assertThat(services)
                .anySatisfy(service -> assertThat(service.backends()).hasSize(10));
    }

    @Test
    void aNodeThatWasThereAllTheTimeKnowsWhatOneKnowsThatBeginsNow() {
        for (Member member : cluster.members().subList(0, 3)) {
            try (WholeNode late = new WholeNode(member)) {
                late.begin(cluster.store());
                late.round();

                WholeNode present = nodes.get(member.number());
                assertThat(present.cluster()).isEqualTo(late.cluster());
                assertThat(present.state().services().services())
                        .isEqualTo(late.state().services().services());
                assertThat(present.state().routes().routes())
                        .isEqualTo(late.state().routes().routes());
            }
        }
    }

    @Test
    void routesGrowWithNodesAndNotWithPods() {
        assertThat(nodes).allSatisfy(node -> {
            ForwardingState state = node.state();
            assertThat(state.routes().routes()).hasSize(PLAN.nodes());
            assertThat(state.routes().routes().stream().map(Route::destination)).doesNotHaveDuplicates();
            assertThat(state.peers()).hasSize(PLAN.nodes() - 1);
        });
        assertThat(nodes.stream().mapToInt(node -> node.ownPods().size()).sum()).isEqualTo(PLAN.pods());
    }

    @Test
    void everyNodeHearsOfEveryWriteThatIsWatched() {
        long watched = AgentWatches.CACHE.stream().mapToLong(asked::writesOf).sum();
        // Nodes are watched twice, by the cache and for the time when the store is away; leases only for that.
        long each = watched + asked.writesOf("nodes") + asked.writesOf("leases");
        assertThat(watched).isGreaterThan(350);
        assertThat(asked.writesOf("presence")).isEqualTo(50);
        assertThat(counting).allSatisfy(node -> assertThat(node.events()).isEqualTo(each));
    }

    @Test
    void oneSeedGivesTheSameFiguresEachTime(@TempDir Path scratch) throws Exception {
        ScalePlan small = new ScalePlan(5, 200, 20, 2, 7);
        List<Figure> once = new Simulation(small, 2, 20, line -> {}).run(scratch);
        List<Figure> again = new Simulation(small, 2, 20, line -> {}).run(scratch);

        assertThat(once.stream().filter(Figure::exact))
                .isNotEmpty()
                .containsExactlyElementsOf(again.stream().filter(Figure::exact).toList());
        assertThat(ScaleReport.table(once)).contains("one pod turns\n", "20 pods are replaced\n");
        assertThat(ScaleReport.json(small, once, Instant.EPOCH).path("figures").size())
                .isEqualTo(once.size());
    }

    @Test
    void aPlanThatCannotBeIsRefused() {
        assertThatThrownBy(() -> new ScalePlan(10, 2_521, 100, 10, 1)).hasMessageContaining("--pods 2521");
        assertThatThrownBy(() -> new ScalePlan(5_000, 2_520, 100, 10, 1)).hasMessageContaining("--nodes 5000");
    }
}
