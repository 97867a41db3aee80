package io.osier.bench.rig;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.bench.rig.ServicePlan.ServiceEntry;
import org.junit.jupiter.api.Test;

class ServicePlanTest {
    @Test
    void everyServiceHasAnAddressOfItsOwn() {
        assertThat(new ServicePlan(10_000)
                        .entries().stream().map(ServiceEntry::address).distinct())
                .hasSize(10_000);
    }

    @Test
    void thoseTriedAreSpreadEvenlyFromNearTheFirstToNearTheLast() {
        assertThat(new ServicePlan(1_600).tried().stream().map(ServiceEntry::name))
                .hasSize(16)
                .startsWith("bench-00050", "bench-00150")
                .endsWith("bench-01550");
        assertThat(new ServicePlan(1).tried()).isEqualTo(new ServicePlan(1).entries());
    }

    @Test
    void aChangeOfOneEndpointRewritesTheListOfServicesButNotTheirChains() {
        String change = new IptablesTables("10.40.0.0/16").change(new ServicePlan(100), "10.40.1.3");

        assertThat(change.lines().filter(line -> line.startsWith("-A KUBE-SERVICES ")))
                .hasSize(101);
        assertThat(change.lines().filter(line -> line.startsWith(":KUBE-SVC-"))).hasSize(1);
        assertThat(change.lines().filter(line -> line.contains("--to-destination 10.40.1.3:7001")))
                .hasSize(1);
    }

    @Test
    void chainNamesAreAsLongAsKubeProxys() {
        String rules = new IptablesTables("10.40.0.0/16").whole(new ServicePlan(3), "10.40.1.2", "10.40.1.3");

        assertThat(rules.lines().filter(line -> line.startsWith(":KUBE-S") && !line.startsWith(":KUBE-SERVICES")))
                .hasSize(4 + 7)
                .allSatisfy(line -> assertThat(line.split(" ", -1)[0]).hasSize(":KUBE-SVC-".length() + 16))
                .doesNotHaveDuplicates();
    }
}
