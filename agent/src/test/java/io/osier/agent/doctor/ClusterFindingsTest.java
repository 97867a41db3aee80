package io.osier.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.doctor.ClusterFindings.Clock;
import io.osier.agent.model.Node;
import io.osier.agent.model.ObjectMeta;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clocks, versions, MTUs and addresses of several nodes beside each other. */
class ClusterFindingsTest {
    @Test
    void clocksThatAgree() {
        assertThat(ClusterFindings.clocks(List.of(new Clock("node-a", 0, 5), new Clock("node-b", -900, 5)))
                        .level())
                .isEqualTo("ok");
    }

    @Test
    void everyPairOfClocksThatDiffersIsNamed() {
        Finding finding = ClusterFindings.clocks(
                List.of(new Clock("node-a", 10, 1), new Clock("node-b", 5_010, 1), new Clock("node-c", 20, 1)));
        assertThat(finding.level()).isEqualTo("warn");
        assertThat(finding.text())
                .isEqualTo("clocks differ: node-b is 5000 ms ahead of node-a, node-b is 4990 ms ahead of node-c");
    }

    @Test
    void whatTheWayMayHaveTakenIsHeldAgainstNoClock() {
        assertThat(ClusterFindings.clocks(List.of(new Clock("node-a", 0, 400), new Clock("node-b", 1_500, 200)))
                        .level())
                .isEqualTo("ok");
    }

    @Test
    void versionsWithTheirNodes() {
        assertThat(ClusterFindings.versions(
                                List.of(Facts.of(0).told(), Facts.of(1).told()))
                        .text())
                .isEqualTo("all agents have version 1.2");
        assertThat(ClusterFindings.versions(List.of(
                                Facts.of(0).told(),
                                Facts.of(1).put("version", "1.1").told(),
                                Facts.of(2).told()))
                        .text())
                .isEqualTo("agents have versions 1.1 on node-b, 1.2 on node-a and node-c");
    }

    @Test
    void mtusWithTheirNodes() {
        assertThat(ClusterFindings.podMtus(
                                List.of(Facts.of(0).told(), Facts.of(1).told()))
                        .text())
                .isEqualTo("pods have one MTU: 1450 bytes");
        Finding finding = ClusterFindings.podMtus(List.of(
                Facts.of(0).told(), Facts.of(1).put("podMtuBytes", 8_950).told()));
        assertThat(finding.level()).isEqualTo("warn");
        assertThat(finding.text()).isEqualTo("pods' MTU is 1450 on node-a, 8950 on node-b");
    }

    private static Node node(String name, String underlay, String cidr) {
        return Node.of(
                ObjectMeta.named(name),
                new Node.Spec(null, List.of(cidr), true),
                new Node.Status(
                        List.of(new Node.Address("InternalIP", underlay)),
                        null,
                        null,
                        null,
                        null,
                        List.of(),
                        null,
                        null));
    }

    @Test
    void addressesThatTwoHave() {
        Node one = node("node-a", "172.30.0.1", "10.32.0.0/24");
        assertThat(DuplicateAddresses.find(
                        List.of(one, node("node-b", "172.30.0.2", "10.32.1.0/24")), List.of(), List.of()))
                .containsExactly(Finding.ok("cluster", "no address is anybody's twice"));
        assertThat(DuplicateAddresses.find(
                        List.of(one, node("node-b", "172.30.0.1", "10.32.0.128/25")), List.of(), List.of()))
                .extracting(Finding::text)
                .containsExactly(
                        "underlay address 172.30.0.1 is both node node-a's and node node-b's",
                        "pod ranges 10.32.0.0/24 of node node-a and 10.32.0.128/25 of node node-b overlap");
    }
}
