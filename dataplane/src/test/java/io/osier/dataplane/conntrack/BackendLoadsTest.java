package io.osier.dataplane.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Numbers of flows, against a map that counts naively. */
class BackendLoadsTest {
    @Property(tries = 200)
    void flowsThatComeAndGoAreCounted(@ForAll @Size(max = 300) List<@IntRange(min = -40, max = 39) Integer> changes) {
        BackendLoads loads = new BackendLoads();
        Map<Integer, Integer> naive = new HashMap<>();
        for (int change : changes) {
            int backend = change < 0 ? -change - 1 : change;
            if (change >= 0) {
                loads.add(6, 0, backend, 80);
                naive.merge(backend, 1, Integer::sum);
            } else {
                loads.remove(6, 0, backend, 80);
                naive.computeIfPresent(backend, (b, flows) -> flows == 1 ? null : flows - 1);
            }
        }
        for (int backend = 0; backend < 40; backend++) {
            assertThat(loads.flows(6, 0, backend, 80)).isEqualTo(naive.getOrDefault(backend, 0));
        }
    }

    @Test
    void aBackendThatFindsNoRoomCountsAsIdleAndHarmsNobody() {
        BackendLoads loads = new BackendLoads();
        for (int backend = 0; backend < 10_000; backend++) {
            loads.add(6, 0, backend, 80);
        }
        assertThat(loads.flows(6, 0, 1, 80)).isEqualTo(1);
        assertThat(loads.flows(6, 0, 9_999, 80)).isZero();

        for (int backend = 0; backend < 10_000; backend++) {
            loads.remove(6, 0, backend, 80);
        }
        loads.add(17, 7, 9_999, 80);
        assertThat(loads.flows(17, 7, 9_999, 80)).isEqualTo(1);
        assertThat(loads.flows(6, 0, 1, 80)).isZero();
    }
}
