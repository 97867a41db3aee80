package io.osier.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of one direction between two nodes. */
class TunnelCheckupTest {
    private static Facts nodeA() {
        return Facts.of(0).peer("node-b", 1_450, true, false);
    }

    private static List<String> told(Facts from, Facts to, int small, int full) {
        return new TunnelCheckup(from.told(), to.told(), small, full, 1_450)
                .findings(true).stream()
                        .map(finding -> finding.level() + " " + finding.text())
                        .toList();
    }

    private static String remedies(Facts from, Facts to, int full) {
        return String.join(
                "\n",
                new TunnelCheckup(from.told(), to.told(), 3, full, 1_450)
                        .findings(true).stream().map(Finding::remedy).toList());
    }

    @Test
    void aHealthyWay() {
        assertThat(told(nodeA(), Facts.of(1), 3, 3))
                .containsExactly(
                        "ok tunnel: all probes arrived",
                        "ok full-size: packets of 1450 bytes arrive",
                        "ok checksums: nobody computes them (remote checksum offload)");
    }

    @Test
    void whereNothingArrivesNothingElseIsSaid() {
        assertThat(told(nodeA(), Facts.of(1), 0, 0))
                .containsExactly("fail tunnel: none of 3 probes arrived, while the other way is open");
    }

    @Test
    void aWayThatLoses() {
        assertThat(told(nodeA(), Facts.of(1), 2, 3)).contains("warn tunnel: 2 of 3 probes arrived");
    }

    @Test
    void longPacketsThatVanish() {
        assertThat(told(nodeA(), Facts.of(1), 3, 0)).contains("fail full-size: no packet of 1450 bytes arrived");
        assertThat(remedies(nodeA(), Facts.of(1), 0)).contains("the underlay drops packets of 1500 bytes");
    }

    @Test
    void theDeviceThatIsTooNarrowIsNamed() {
        Facts narrow = Facts.of(1).underlayMtuBytes(1_300);
        assertThat(told(nodeA(), narrow, 3, 0))
                .contains("fail full-size: no packet of 1450 bytes arrived: eth0 of node-b takes 1300");
        assertThat(told(Facts.of(0).peer("node-b", 1_250, true, false), narrow, 3, 2))
                .contains(
                        "warn full-size: the path takes 1250 bytes, while pods may send 1450: eth0 of node-b takes 1300");
    }

    @Test
    void aDeviceThatIsTooNarrowIsNoGoodPathWhateverArrives() {
        assertThat(told(nodeA(), Facts.of(1).underlayMtuBytes(1_300), 3, 3))
                .contains(
                        "warn full-size: the path takes 1250 bytes, while pods may send 1450: eth0 of node-b takes 1300");
    }

    @Test
    void theSendersDeviceMayBeTheNarrowOne() {
        assertThat(told(nodeA().underlayMtuBytes(1_300), Facts.of(1), 3, 3))
                .contains(
                        "warn full-size: the path takes 1250 bytes, while pods may send 1450: eth0 of node-a takes 1300");
    }

    @Test
    void aRouteNarrowerThanANarrowDeviceIsNamedInItsPlace() {
        Facts from = Facts.of(0).peer("node-b", 1_150, true, false);
        Facts narrow = Facts.of(1).underlayMtuBytes(1_300);
        assertThat(told(from, narrow, 3, 3))
                .contains("warn full-size: the path takes 1150 bytes, while pods may send 1450:"
                        + " the route to 172.30.0.2, or a router on the way, takes 1200");
        assertThat(remedies(from, narrow, 3)).contains("see 'ip route get 172.30.0.2' on node-a");
    }

    @Test
    void longPacketsOfWhichSomeArrive() {
        assertThat(told(nodeA(), Facts.of(1), 3, 2)).contains("warn full-size: 2 of 3 packets of 1450 bytes arrived");
        assertThat(remedies(nodeA(), Facts.of(1), 2)).contains("run 'osier doctor' again");
    }

    @Test
    void aRouteThatIsTooNarrowIsNamed() {
        Facts from = Facts.of(0).peer("node-b", 1_350, true, false);
        assertThat(told(from, Facts.of(1), 3, 2))
                .contains("warn full-size: the path takes 1350 bytes, while pods may send 1450:"
                        + " the route to 172.30.0.2, or a router on the way, takes 1400");
        assertThat(remedies(from, Facts.of(1), 2)).contains("see 'ip route get 172.30.0.2' on node-a");
    }

    @Test
    void whoKeepsChecksumsFromStayingPartial() {
        Facts from = Facts.of(0).peer("node-b", 1_450, false, false);
        assertThat(told(from, Facts.of(1).withoutOffloads(), 3, 3))
                .contains("warn checksums: computed in full, for want of checksum offload at node-b");
        assertThat(remedies(from, Facts.of(1).withoutOffloads(), 3))
                .contains("set 'offloads: auto' in the configuration of node-b and restart the agent");
        assertThat(told(from.withoutOffloads(), Facts.of(1).withoutOffloads(), 3, 3))
                .contains("warn checksums: computed in full, for want of checksum offload at node-a and node-b");
    }

    @Test
    void aKernelThatCannotIsNoFault() {
        Facts from = Facts.of(0).peer("node-b", 1_450, false, false);
        Facts incapable = Facts.of(1).withoutOffloads().features("tapOffloads");
        assertThat(told(from, incapable, 3, 3))
                .contains("note checksums: computed in full, for want of checksum offload at node-b");
    }

    @Test
    void anAgentThatHasNotAnnouncedIt() {
        Facts from = Facts.of(0).peer("node-b", 1_450, false, false);
        assertThat(told(from, Facts.of(1), 3, 3))
                .contains(
                        "warn checksums: computed in full, since node-b has not announced that it takes partial ones");
    }

    @Test
    void foreignNodesCanOnlyBeJudgedFromHere() {
        NodeFacts from = Facts.of(0)
                .peer("node-b", 1_450, false, false)
                .peer("kernel", 1_400, false, true)
                .told();
        assertThat(ForeignFindings.of(from))
                .extracting(Finding::about, Finding::level)
                .containsExactly(
                        tuple("node-a -> kernel", "note"),
                        tuple("node-a -> kernel", "warn"),
                        tuple("node-a -> kernel", "note"));
    }

    @Test
    void whatHasComeFromAForeignNodeIsItsOnlyAnswer() {
        Facts from = Facts.of(0).peer("kernel", 1_450, true, true);
        assertThat(ForeignFindings.of(from.passed(0, 0).told())).singleElement().satisfies(finding -> {
            assertThat(finding.level()).isEqualTo("note");
            assertThat(finding.text())
                    .isEqualTo("tunnel: nothing has come from there yet; no agent answers probes there");
            assertThat(finding.remedy()).contains("172.30.0.9", "VNI 7", "an entry for 172.30.0.1 ");
        });
        assertThat(ForeignFindings.of(from.passed(0, 7).told()))
                .extracting(Finding::text)
                .containsExactly(
                        "tunnel: nothing has come from there yet, 7 packets were sent; no agent answers probes there");
        assertThat(ForeignFindings.of(from.passed(3, 7).told()))
                .extracting(Finding::level, Finding::text)
                .containsExactly(tuple("ok", "tunnel: 3 packets have come from there"));
    }
}
