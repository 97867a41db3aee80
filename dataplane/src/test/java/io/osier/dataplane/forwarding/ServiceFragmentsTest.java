package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.sctp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Later fragments carry no ports and follow their first. */
class ServiceFragmentsTest extends TwoNodeScenario {
    private static final String VIP = "10.96.0.10";
    private static final String TEXT = "0123456789".repeat(300);

    @BeforeEach
    void aService() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
    }

    @Test
    void aFragmentedPacketArrivesAsIfItHadBeenSentToTheBackend() {
        send(client, question(7).fragments(1480).toArray(RawFrame[]::new));

        assertThat(far.drainFrames()).containsExactlyElementsOf(toBackend(7).fragments(1480));
    }

    @Test
    void aFragmentedAnswerArrivesAsIfTheServiceHadSentIt() {
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        far.drain();

        send(
                far,
                udp().from(FAR, 5353)
                        .to(CLIENT, 4000)
                        .payload(TEXT)
                        .identification(9)
                        .fragments(1480)
                        .toArray(RawFrame[]::new));

        List<RawFrame> expected = udp().from(VIP, 53)
                .to(CLIENT, 4000)
                .payload(TEXT)
                .identification(9)
                .fragments(1480);
        assertThat(client.drainFrames()).containsExactlyElementsOf(expected);
    }

    @Test
    void aMasqueradedClientsFragmentsAllComeFromTheGateway() {
        PacketBuilder outside = udp().from("192.0.2.7", 4000)
                .fromMac(macOf(GATEWAY_A))
                .to(VIP, 53)
                .payload(TEXT)
                .identification(3);

        send(nodeA.host(), outside.fragments(1480).toArray(RawFrame[]::new));

        assertThat(far.drainFrames())
                .containsExactlyElementsOf(udp().from(GATEWAY_A, 4000)
                        .to(FAR, 5353)
                        .payload(TEXT)
                        .identification(3)
                        .fragments(1480));
    }

    @Test
    void fragmentsOfManyPacketsMayBeMixed() {
        List<RawFrame> one = question(1).fragments(1480);
        List<RawFrame> two = question(2).fragments(1480);

        send(client, one.get(0), two.get(0), two.get(2), one.get(1), two.get(1), one.get(2));

        assertThat(far.drainFrames())
                .hasSize(6)
                .containsAll(toBackend(1).fragments(1480))
                .containsAll(toBackend(2).fragments(1480));
    }

    @Test
    void aFragmentThatOvertakesItsFirstIsCounted() {
        List<RawFrame> fragments = question(7).fragments(1480);

        send(client, fragments.get(1), fragments.get(0), fragments.get(2));

        List<RawFrame> translated = toBackend(7).fragments(1480);
        assertThat(far.drainFrames()).containsExactly(translated.get(0), translated.get(2));
        assertThat(nodeA.drops()).containsExactly("service-fragment 1");
    }

    @Test
    void aFirstFragmentIsRememberedForAsLongAsReassemblyTakes() {
        List<RawFrame> fragments = question(7).fragments(1480);

        send(client, fragments.get(0));
        cluster.advance(Duration.ofSeconds(14));
        send(client, fragments.get(1));
        cluster.advance(Duration.ofSeconds(2));
        send(client, fragments.get(2));

        assertThat(far.drainFrames()).hasSize(2);
        assertThat(nodeA.drops()).containsExactly("service-fragment 1");
    }

    @Test
    void fragmentsEndWithTheirFlow() {
        List<RawFrame> fragments = question(7).fragments(1480);

        send(client, fragments.get(0));
        cluster.removeService("default/dns");
        cluster.advance(Duration.ofSeconds(1));
        send(client, fragments.get(1));

        assertThat(far.drainFrames()).hasSize(1);
        assertThat(nodeA.drops()).containsExactly("service-fragment 1");
    }

    @Test
    void fragmentsPastTheServicePassUntouched() {
        List<RawFrame> fragments = toBackend(7).fragments(1480);

        send(client, fragments.get(2), fragments.get(0), fragments.get(1));

        assertThat(far.drainFrames()).containsExactly(fragments.get(2), fragments.get(0), fragments.get(1));
    }

    @Test
    void anSctpFragmentCannotBeTranslatedBecauseItsChecksumCoversTheOthersToo() {
        cluster.service("default/signalling", IpProtocol.SCTP, VIP, 2905, FAR + ":12905");
        List<RawFrame> fragments =
                sctp().from(CLIENT, 4000).to(VIP, 2905).payload(TEXT).fragments(1480);

        send(client, fragments.toArray(RawFrame[]::new));

        assertThat(far.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("service-fragment 2", "untranslatable 1");
        assertThat(nodeA.flows()).isEmpty();
    }

    private static PacketBuilder question(int id) {
        return udp().from(CLIENT, 4000).to(VIP, 53).payload(TEXT).identification(id);
    }

    private static PacketBuilder toBackend(int id) {
        return udp().from(CLIENT, 4000).to(FAR, 5353).payload(TEXT).identification(id);
    }
}
