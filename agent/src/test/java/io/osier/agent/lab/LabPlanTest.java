package io.osier.agent.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a lab is made of, and what another one has else. */
class LabPlanTest {
    private static final LabPlan PLAN = new LabPlan(2, 1500, LabPlan.DIRECTORY, 1);

    @Test
    void differencesAreSaidInTheWordsOfTheCommandLine() {
        assertThat(new LabPlan(2, 9000, LabPlan.DIRECTORY, 1).differencesFrom(PLAN))
                .isEqualTo("--underlay-mtu 9000");
        assertThat(new LabPlan(3, 1500, LabPlan.ETCD, 3).differencesFrom(PLAN))
                .isEqualTo("--nodes 3 --store etcd --etcd-members 3");
    }

    @Test
    void aPlanDiffersFromItselfInNothing() {
        assertThat(PLAN.differencesFrom(PLAN)).isEmpty();
    }
}
