package io.osier.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.pod.CommandRunner;
import io.osier.dataplane.io.TapOffload;
import io.osier.dataplane.io.UdpOffload;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On a machine where the other scenarios work, there is what they need. */
@Tag("namespaces")
class KernelFeaturesTest {
    @Test
    void whatAnAgentNeedsIsFoundAndNothingIsLeft() {
        KernelFeatures features = KernelFeatures.probe(true);

        assertThat(features.tapProblem()).isEmpty();
        assertThat(features.tapOffloads()).contains(TapOffload.CSUM);
        assertThat(features.udpOffloads()).contains(UdpOffload.SEGMENT, UdpOffload.GRO);
        assertThat(features.nftProblem()).isEmpty();
        assertThat(features.hasIpv6()).isTrue();
        assertThat(CommandRunner.run("nft", "list", "tables")).doesNotContain("osier-check");
    }
}
