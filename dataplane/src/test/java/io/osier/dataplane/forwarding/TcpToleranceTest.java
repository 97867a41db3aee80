package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.conntrack.ConnectionState;
import io.osier.dataplane.packet.IpProtocol;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Numbers out of their window cost a packet nothing, and end no connection. */
class TcpToleranceTest extends TwoNodeScenario {
    private static final String VIP = "10.96.0.10";

    @BeforeEach
    void aConnection() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn().sequence(1000).tcpOptions(3, 3, 2, 0));
        send(
                far,
                tcp().from(FAR, 8080)
                        .to(CLIENT, 4000)
                        .synAck()
                        .sequence(5000)
                        .acknowledging(1001)
                        .tcpOptions(3, 3, 2, 0));
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack().sequence(1001).acknowledging(5001));
        send(far, tcp().from(FAR, 8080).to(CLIENT, 4000).ack().sequence(5001).acknowledging(1001));
        client.drain();
        far.drain();
    }

    @Test
    void aPacketFarOutOfTheWindowIsTranslatedBothWays() {
        send(
                client,
                tcp().from(CLIENT, 4000).to(VIP, 80).ack().sequence(900_000_000).payload("a"));
        send(
                far,
                tcp().from(FAR, 8080)
                        .to(CLIENT, 4000)
                        .ack()
                        .sequence(2_000_000_000)
                        .payload("b"));

        assertThat(far.drain()).containsExactly("10.32.0.2:4000 > 10.32.1.2:8080 tcp [.] \"a\"");
        assertThat(client.drain()).containsExactly("10.96.0.10:80 > 10.32.0.2:4000 tcp [.] \"b\"");
        assertThat(nodeA.drops()).isEmpty();
    }

    @Test
    void aResetOutOfTheWindowIsPassedOnAndEndsNothing() {
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).rst().sequence(900_000_000));
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).rst().sequence(1000));
        send(far, tcp().from(FAR, 8080).to(CLIENT, 4000).rst().sequence(5000));

        assertThat(far.drain()).hasSize(2);
        assertThat(client.drain()).hasSize(1);
        assertThat(nodeA.flow().state()).isEqualTo(ConnectionState.ESTABLISHED);
    }

    @Test
    void aResetThatTheOtherSideTakesEndsIt() {
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).rst().sequence(1001));
        assertThat(nodeA.flow().state()).isEqualTo(ConnectionState.CLOSED);
    }

    @Test
    void theWindowIsScaledAsBothSidesHaveAgreed() {
        send(far, tcp().from(FAR, 8080).to(CLIENT, 4000).rst().sequence(5001 + (0xfaf0 << 2) + 1));
        assertThat(nodeA.flow().state()).isEqualTo(ConnectionState.ESTABLISHED);

        send(far, tcp().from(FAR, 8080).to(CLIENT, 4000).rst().sequence(5001 + (0xfaf0 << 2)));
        assertThat(nodeA.flow().state()).isEqualTo(ConnectionState.CLOSED);
    }

    @Test
    void aRefusedSynIsOver() {
        send(client, tcp().from(CLIENT, 4001).to(VIP, 80).syn());
        send(far, tcp().from(FAR, 8080).to(CLIENT, 4001).rst().sequence(0));

        assertThat(nodeA.worker().connections())
                .filteredOn(flow -> flow.clientPort() == 4001)
                .extracting(flow -> flow.state())
                .containsExactly(ConnectionState.CLOSED);
    }

    @Test
    void twoQuestionsAtOnceFromOneSocketAreOneFlowAndBothAreAnswered() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, NEAR + ":53", FAR + ":53");
        send(
                client,
                udp().from(CLIENT, 4000).to(VIP, 53).payload("A"),
                udp().from(CLIENT, 4000).to(VIP, 53).payload("AAAA"));
        boolean atNear = !near.drain().isEmpty();
        for (String answer : new String[] {"1", "2"}) {
            send(
                    atNear ? near : far,
                    udp().from(atNear ? NEAR : FAR, 53).to(CLIENT, 4000).payload(answer));
        }

        assertThat(client.drain())
                .containsExactly(
                        "10.96.0.10:53 > 10.32.0.2:4000 udp \"1\"", "10.96.0.10:53 > 10.32.0.2:4000 udp \"2\"");
    }

    @Test
    void packetsBeforeAServiceExistsDoNotPoisonIt() {
        send(client, udp().from(CLIENT, 4000).to("10.96.0.77", 53));
        client.drain();
        cluster.service("default/late", IpProtocol.UDP, "10.96.0.77", 53, FAR + ":5353");

        send(client, udp().from(CLIENT, 4000).to("10.96.0.77", 53));

        assertThat(far.drain()).containsExactly("10.32.0.2:4000 > 10.32.1.2:5353 udp");
    }
}
