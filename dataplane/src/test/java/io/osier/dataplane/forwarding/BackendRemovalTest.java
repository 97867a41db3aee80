package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.service.Balance;
import io.osier.dataplane.service.FlowPolicy;
import io.osier.dataplane.service.OnRemoval;
import io.osier.dataplane.simulation.DecodedPacket;
import io.osier.dataplane.simulation.MemoryPort;
import io.osier.dataplane.simulation.RawFrame;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pcap4j.packet.TcpPacket;

/** What becomes of the flows of a backend that goes, as its service says; and that no pod gets those of another. */
class BackendRemovalTest extends TwoNodeScenario {
    private static final String VIP = "10.96.0.10";
    private static final int WEB_1 = 71;
    private static final int WEB_2 = 72;
    private static final int OTHER = 73;

    @BeforeEach
    void thePods() {
        cluster.pods(WEB_1, WEB_2);
    }

    private void web(FlowPolicy flows, String... backends) {
        cluster.podService("default/web", IpProtocol.TCP, VIP, 80, flows, backends);
    }

    private static FlowPolicy flows(OnRemoval removal, int drainSeconds) {
        return new FlowPolicy(Balance.RANDOM, removal, drainSeconds);
    }

    /** A connection in which the client waits for number 5001 and the backend for 1001. */
    private void open() {
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn().sequence(1000));
        send(far, tcp().from(FAR, 8080).to(CLIENT, 4000).synAck().sequence(5000).acknowledging(1001));
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().sequence(1001).acknowledging(5001));
        client.drain();
        far.drain();
    }

    @Test
    void byResetBothEndsHearOfItWithTheClientsNextPacket() {
        FlowPolicy reset = flows(OnRemoval.RESET, 60);
        web(reset, FAR + ":8080#" + WEB_1);
        open();

        web(reset, NEAR + ":8080#" + WEB_2);
        send(
                client,
                tcp().from(CLIENT, 4000)
                        .to(VIP, 80)
                        .ack()
                        .sequence(1001)
                        .acknowledging(5001)
                        .payload("hello"));

        assertThat(reset(client)).isEqualTo("10.96.0.10:80 > 10.32.0.2:4000 tcp [R] seq 5001");
        assertThat(reset(far)).isEqualTo("10.32.0.2:4000 > 10.32.1.2:8080 tcp [R] seq 1001");
        assertThat(nodeA.drops()).containsExactly("flow-reset 1");
        assertThat(near.drainFrames()).isEmpty();
    }

    @Test
    void byResetBothEndsHearOfItWithTheBackendsNextPacket() {
        FlowPolicy reset = flows(OnRemoval.RESET, 60);
        web(reset, FAR + ":8080#" + WEB_1);
        open();

        web(reset);
        send(
                far,
                tcp().from(FAR, 8080)
                        .to(CLIENT, 4000)
                        .ack()
                        .sequence(5001)
                        .acknowledging(1001)
                        .payload("hello"));

        assertThat(reset(client)).isEqualTo("10.96.0.10:80 > 10.32.0.2:4000 tcp [R] seq 5001");
        assertThat(reset(far)).isEqualTo("10.32.0.2:4000 > 10.32.1.2:8080 tcp [R] seq 1001");
    }

    @Test
    void anEndThatGoesOnHearsItAgainAndTheOtherDoesNot() {
        FlowPolicy reset = flows(OnRemoval.RESET, 60);
        web(reset, FAR + ":8080#" + WEB_1);
        open();
        web(reset);
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().acknowledging(5001));
        client.drain();
        far.drain();

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().acknowledging(5400));

        assertThat(reset(client)).endsWith("seq 5400");
        assertThat(far.drainFrames()).isEmpty();
    }

    @Test
    void aResetIsNotAnsweredByOne() {
        FlowPolicy reset = flows(OnRemoval.RESET, 60);
        web(reset, FAR + ":8080#" + WEB_1);
        open();
        web(reset);

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).rst().sequence(1001));

        assertThat(client.drainFrames()).isEmpty();
    }

    @Test
    void aClientThatOpensAgainAfterTheResetGetsAnotherBackend() {
        FlowPolicy reset = flows(OnRemoval.RESET, 60);
        web(reset, FAR + ":8080#" + WEB_1);
        open();
        web(reset, NEAR + ":8080#" + WEB_2);
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().acknowledging(5001));

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());

        assertThat(near.drain()).containsExactly("10.32.0.2:4000 > 10.32.0.3:8080 tcp [S]");
    }

    @Test
    void byDrainAConnectionGoesOnUntilItsGraceIsOverAndIsThenReset() {
        FlowPolicy drain = flows(OnRemoval.DRAIN, 60);
        web(drain, FAR + ":8080#" + WEB_1);
        open();

        web(drain, NEAR + ":8080#" + WEB_2);
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().acknowledging(5001));
        cluster.advance(Duration.ofSeconds(58));
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().acknowledging(5001));
        assertThat(far.drain()).hasSize(2);

        cluster.advance(Duration.ofSeconds(3));
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().acknowledging(5001));
        assertThat(reset(client)).endsWith("tcp [R] seq 5001");
        assertThat(reset(far)).endsWith("tcp [R] seq 1001");
    }

    @Test
    void aBackendThatComesBackEndsTheDraining() {
        FlowPolicy drain = flows(OnRemoval.DRAIN, 60);
        web(drain, FAR + ":8080#" + WEB_1);
        open();
        web(drain, NEAR + ":8080#" + WEB_2);
        cluster.advance(Duration.ofSeconds(50));
        web(drain, FAR + ":8080#" + WEB_1);
        cluster.advance(Duration.ofSeconds(50));

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack());

        assertThat(far.drain()).hasSize(1);
    }

    @Test
    void byRepickAConnectionsNextPacketGoesToAnother() {
        FlowPolicy repick = flows(OnRemoval.REPICK, 60);
        web(repick, FAR + ":8080#" + WEB_1);
        open();

        web(repick, NEAR + ":8080#" + WEB_2);
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack());

        assertThat(near.drain()).containsExactly("10.32.0.2:4000 > 10.32.0.3:8080 tcp [.]");
    }

    @Test
    void aFlowOfADeletedServiceDoesWhatTheServiceSaid() {
        web(flows(OnRemoval.RESET, 60), FAR + ":8080#" + WEB_1);
        open();

        cluster.removeService("default/web");
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().acknowledging(5001));

        assertThat(reset(client)).endsWith("tcp [R] seq 5001");
        assertThat(reset(far)).endsWith("tcp [R] seq 1001");
    }

    @Test
    void byDrainUdpGoesOnToo() {
        cluster.podService("default/dns", IpProtocol.UDP, VIP, 53, flows(OnRemoval.DRAIN, 60), FAR + ":53#" + WEB_1);
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        cluster.podService("default/dns", IpProtocol.UDP, VIP, 53, flows(OnRemoval.DRAIN, 60), NEAR + ":53#" + WEB_2);

        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        assertThat(far.drain()).hasSize(2);
        cluster.advance(Duration.ofSeconds(61));
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        assertThat(near.drain()).hasSize(1);
    }

    @Test
    void anotherPodWithTheAddressOfTheOldGetsNoneOfItsConnectionsAndNoReset() {
        FlowPolicy drain = flows(OnRemoval.DRAIN, 60);
        web(drain, FAR + ":8080#" + WEB_1);
        open();

        cluster.pods(OTHER, WEB_2);
        web(drain, FAR + ":8080#" + OTHER, NEAR + ":8080#" + WEB_2);
        send(
                client,
                tcp().from(CLIENT, 4000).to(VIP, 80).ack().acknowledging(5001).payload("secret"));

        assertThat(far.drainFrames()).isEmpty();
        assertThat(reset(client)).endsWith("tcp [R] seq 5001");
    }

    @Test
    void anotherPodWithTheAddressOfTheOldThatIsNobodysBackendGetsNoneEither() {
        FlowPolicy drain = flows(OnRemoval.DRAIN, 60);
        web(drain, FAR + ":8080#" + WEB_1);
        open();

        cluster.pods(OTHER, WEB_2);
        web(drain, NEAR + ":8080#" + WEB_2);
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().acknowledging(5001));

        assertThat(far.drainFrames()).isEmpty();
        assertThat(reset(client)).endsWith("tcp [R] seq 5001");
    }

    @Test
    void aDatagramIsNotForThePodThatHasTheAddressNowUnlessItIsPicked() {
        cluster.podService("default/dns", IpProtocol.UDP, VIP, 53, FlowPolicy.DEFAULT, FAR + ":53#" + WEB_1);
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        far.drain();
        cluster.pods(OTHER, WEB_2);
        cluster.podService("default/dns", IpProtocol.UDP, VIP, 53, FlowPolicy.DEFAULT, NEAR + ":53#" + WEB_2);

        send(client, udp().from(CLIENT, 4000).to(VIP, 53));

        assertThat(far.drainFrames()).isEmpty();
        assertThat(near.drain()).hasSize(1);
    }

    @Test
    void aConnectedSocketOfADeletedServiceIsResetAndANewOneRefused() {
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().acknowledging(7));
        assertThat(reset(client)).isEqualTo("10.96.0.10:80 > 10.32.0.2:4000 tcp [R] seq 7");

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());
        assertThat(client.drain())
                .containsExactly("10.32.0.1 > 10.32.0.2 icmp 3/3 about 10.32.0.2:4000 > 10.96.0.10:80 tcp");
    }

    /** The only packet that has come, with its number. */
    private static String reset(MemoryPort port) {
        List<RawFrame> frames = port.drainFrames();
        assertThat(frames).hasSize(1);
        DecodedPacket packet = DecodedPacket.of(frames.get(0));
        TcpPacket tcp = packet.ethernet().get(TcpPacket.class);
        return packet + " seq " + tcp.getHeader().getSequenceNumber();
    }
}
