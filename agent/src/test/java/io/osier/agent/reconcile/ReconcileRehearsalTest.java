package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.service.Exposure;
import io.osier.dataplane.service.VirtualService;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReconcileRehearsalTest {
    private final ReconcileRehearsal rehearsal = new ReconcileRehearsal();

    /** Were anything of it refused, it would not be rehearsed. */
    @Test
    void eachServiceIsReachedAtItsAddressAndHasABackend() {
        List<VirtualService> services = rehearsal.round(1).services().services();

        assertThat(services.stream().filter(service -> service.policy().exposure() == Exposure.CLUSTER_IP))
                .hasSize(ReconcileRehearsal.SERVICES);
        assertThat(services).allMatch(service -> service.backends().size() == 1);
        assertThat(services).anyMatch(service -> service.policy().exposure() == Exposure.NODE_PORT);
    }

    @Test
    void eachRoundChangesEverything() {
        List<VirtualService> before = rehearsal.round(1).services().services();

        assertThat(rehearsal.round(2).services().services())
                .hasSameSizeAs(before)
                .doesNotContainAnyElementsOf(before);
    }

    @Test
    void everythingGoesAndComesBack() {
        rehearsal.round(3);

        assertThat(rehearsal.round(4).services().services()).isEmpty();
        assertThat(rehearsal.round(5).services().services()).isNotEmpty();
    }
}
