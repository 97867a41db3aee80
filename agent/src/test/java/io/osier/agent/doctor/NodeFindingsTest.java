package io.osier.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What one node's word is worth a remark. */
class NodeFindingsTest {
    private static List<String> levels(List<Finding> findings) {
        return findings.stream().map(Finding::level).distinct().toList();
    }

    /** What is not ok. */
    private static List<Finding> remarks(Facts facts) {
        return NodeFindings.of(facts.told()).stream()
                .filter(finding -> !finding.level().equals("ok"))
                .toList();
    }

    private static Finding remark(Facts facts) {
        List<Finding> remarks = remarks(facts);
        assertThat(remarks).hasSize(1);
        return remarks.get(0);
    }

    @Test
    void aHealthyNodeIsOk() {
        assertThat(levels(NodeFindings.of(Facts.of(0).told()))).containsExactly("ok");
    }

    @Test
    void whatAnOlderAgentDoesNotTellIsNotJudged() {
        Facts older = Facts.of(0)
                .without("features")
                .without("underlayDevice")
                .without("clashes")
                .without("checkupMillis");
        assertThat(levels(NodeFindings.of(older.told()))).containsExactly("ok");
    }

    @Test
    void aStoreThatIsAwayOrSlowAndLostLeases() {
        assertThat(remark(Facts.of(0).put("storeError", "etcd: no answer").put("leases", 0)))
                .extracting(Finding::level, Finding::text)
                .containsExactly("fail", "etcd: no answer");
        assertThat(remark(Facts.of(0).put("storeMillis", 800)).level()).isEqualTo("warn");
        assertThat(remark(Facts.of(0).put("leases", 0)).text()).isEqualTo("holds 0 leases instead of one");
    }

    @Test
    void anUnderlayThatBecameNarrower() {
        Finding finding = remark(Facts.of(1).underlayMtuBytes(1_300));
        assertThat(finding.level()).isEqualTo("warn");
        assertThat(finding.text())
                .isEqualTo(
                        "underlay: eth0 takes packets of 1300 bytes, while pods may send 1450 and the tunnel adds 50");
        assertThat(finding.remedy())
                .isEqualTo("'ip link set dev eth0 mtu 1500', or restart the agent, so that pods send 1250 at most");
    }

    @Test
    void anIpv6UnderlayNeedsMore() {
        Facts facts = Facts.of(1).put("underlay", "fd00::1");
        assertThat(remark(facts).text()).endsWith("while pods may send 1450 and the tunnel adds 70");
    }

    @Test
    void anUnderlayThatCouldTakeMoreIsNoFault() {
        assertThat(remark(Facts.of(1).underlayMtuBytes(9_000)).level()).isEqualTo("note");
    }

    @Test
    void aDeviceWithAnAddressOfTheClusters() {
        Finding finding = remark(Facts.of(1).clash("eth1", "10.40.0.1", "10.32.0.0/12"));
        assertThat(finding.level()).isEqualTo("fail");
        assertThat(finding.text()).isEqualTo("eth1 has 10.40.0.1, which is of the cluster's range 10.32.0.0/12");
    }

    @Test
    void offloadsThatAreSwitchedOffAreAWarning() {
        assertThat(remark(Facts.of(1).withoutOffloads()).level()).isEqualTo("warn");
        assertThat(remark(Facts.of(1).withoutOffloads().features("tapOffloads")).level())
                .isEqualTo("note"); // of the kernel, which has none
    }
}
