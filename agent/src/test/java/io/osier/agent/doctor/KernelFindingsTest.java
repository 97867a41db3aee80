package io.osier.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What the agent needs is a fault when missing; what it could use is a note. Each says what to do. */
class KernelFindingsTest {
    private static Finding only(Facts facts) {
        List<Finding> findings = KernelFindings.of(facts.told());
        assertThat(findings).hasSize(1);
        assertThat(findings.get(0).remedy()).isNotEmpty().doesNotContain("\n");
        return findings.get(0);
    }

    private static void assertFails(Facts facts, String text) {
        Finding finding = only(facts);
        assertThat(finding.level()).isEqualTo("fail");
        assertThat(finding.text()).contains(text);
    }

    private static void assertNoted(Facts facts, String text) {
        Finding finding = only(facts);
        assertThat(finding.level()).isEqualTo("note");
        assertThat(finding.text()).contains(text);
    }

    @Test
    void aKernelThatHasAllIsOk() {
        assertThat(KernelFindings.of(Facts.of(0).told()))
                .extracting(Finding::level)
                .containsExactly("ok");
    }

    @Test
    void whatIsNeeded() {
        assertFails(Facts.of(0).feature("tapProblem", "/dev/net/tun: No such file"), "/dev/net/tun: No such file");
        assertFails(Facts.of(0).feature("nftProblem", "nft: is it installed?"), "nft: is it installed?");
        assertFails(Facts.of(0).features("udpOffloads", "segment"), "UDP_GRO");
        assertFails(Facts.of(0).feature("forwardsIpv4", false), "ip_forward is off");
        assertFails(Facts.of(0).feature("forwardsIpv6", false), "forwarding of IPv6 is off");
    }

    @Test
    void whatIsUseful() {
        assertNoted(Facts.of(0).features("tapOffloads"), "do not take partial checksums");
        assertNoted(Facts.of(0).features("tapOffloads", "csum", "tso6", "uso4", "uso6"), "(TSO4)");
        assertNoted(Facts.of(0).features("tapOffloads", "csum", "tso4", "uso4", "uso6"), "(TSO6)");
        assertNoted(Facts.of(0).features("tapOffloads", "csum", "tso4", "tso6"), "(USO)");
        assertNoted(Facts.of(0).put("tapCalls", "single"), "no io_uring");
    }

    @Test
    void aNodeWithoutIpv6() {
        assertNoted(Facts.of(0).without("subnet6").feature("hasIpv6", false), "kernel: no IPv6");
        assertNoted(Facts.of(0).without("subnet6").put("podMtuBytes", 1_230), "it needs an MTU of 1280 bytes");
    }

    @Test
    void aClusterThatWantsNoIpv6IsLeftAlone() {
        Facts facts = Facts.of(0).without("subnet6").feature("forwardsIpv6", false);
        assertThat(KernelFindings.of(facts.told())).extracting(Finding::level).containsExactly("ok");
    }
}
