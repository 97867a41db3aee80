package io.osier.dataplane.forwarding;

import static io.osier.dataplane.packet.DropReason.EGRESS_POLICY;
import static io.osier.dataplane.packet.DropReason.INGRESS_POLICY;
import static io.osier.dataplane.simulation.PacketBuilder.ping;
import static io.osier.dataplane.simulation.PacketBuilder.ping6;
import static io.osier.dataplane.simulation.PacketBuilder.pong;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpProtocol;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What NetworkPolicies promise: who is isolated hears, or says, only what is allowed, and the answers to that. */
class NetworkPolicyTest extends PolicyScenario {
    private static final String VIP = "10.96.0.10";

    @Test
    void nobodyReachesAPodThatNothingMayComeTo() {
        cluster.isolate(NEAR, ingress());

        send(client, tcp().from(CLIENT, 4000).to(NEAR, 80).syn());
        send(client, udp().from(CLIENT, 4000).to(NEAR, 53));
        send(client, ping(1).from(CLIENT).to(NEAR));
        send(far, tcp().from(FAR, 4000).to(NEAR, 80).syn());

        assertThat(near.drain()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("ingress-policy 4");
        assertThat(nodeA.flows()).as("who is refused leaves nothing behind").isEmpty();
    }

    @Test
    void whoMayComeIsAnswered() {
        cluster.isolate(NEAR, ingress(tcpPort(80, CLIENT)));

        send(client, tcp().from(CLIENT, 4000).to(NEAR, 80).syn());
        assertThat(near.drain()).containsExactly("10.32.0.2:4000 > 10.32.0.3:80 tcp [S]");
        send(near, tcp().from(NEAR, 80).to(CLIENT, 4000).synAck());
        assertThat(client.drain()).containsExactly("10.32.0.3:80 > 10.32.0.2:4000 tcp [S.]");

        send(client, tcp().from(CLIENT, 4000).to(NEAR, 81).syn());
        send(client, udp().from(CLIENT, 4000).to(NEAR, 80));
        send(client, ping(1).from(CLIENT).to(NEAR));
        send(far, tcp().from(FAR, 4000).to(NEAR, 80).syn());
        assertThat(near.drain()).isEmpty();
        assertThat(nodeA.dropped(INGRESS_POLICY)).isEqualTo(4);
    }

    @Test
    void whatAPodAsksForItselfIsAnsweredThoughNothingElseMayCome() {
        cluster.isolate(NEAR, ingress());

        send(near, tcp().from(NEAR, 4000).to(FAR, 80).syn());
        send(near, udp().from(NEAR, 4000).to(CLIENT, 53));
        send(near, ping(1).from(NEAR).to(FAR));
        assertThat(far.drain()).hasSize(2);
        assertThat(client.drain()).hasSize(1);
        send(far, tcp().from(FAR, 80).to(NEAR, 4000).synAck(), pong(1).from(FAR).to(NEAR));
        send(client, udp().from(CLIENT, 53).to(NEAR, 4000));

        assertThat(near.drain())
                .containsExactlyInAnyOrder(
                        "10.32.1.2:80 > 10.32.0.3:4000 tcp [S.]",
                        "10.32.1.2 > 10.32.0.3 icmp 0/0 seq 1",
                        "10.32.0.2:53 > 10.32.0.3:4000 udp");
        send(far, pong(1).from(FAR).to(NEAR).rest(0x0002_0001));
        assertThat(near.drain()).as("an answer to a ping that nobody sent").isEmpty();
    }

    @Test
    void aPodThatMaySendNothingCannotBeMadeTo() {
        cluster.isolate(CLIENT, egress());

        send(
                client,
                tcp().from(CLIENT, 4000).to(FAR, 80).syn(),
                ping(1).from(CLIENT).to(NEAR));
        assertThat(far.drain()).isEmpty();
        assertThat(near.drain()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("egress-policy 2");

        send(far, tcp().from(FAR, 4000).to(CLIENT, 80).syn());
        send(client, tcp().from(CLIENT, 80).to(FAR, 4000).synAck());
        assertThat(far.drain()).as("but it answers who asks").containsExactly("10.32.0.2:80 > 10.32.1.2:4000 tcp [S.]");
    }

    @Test
    void bothEndsHaveToAgree() {
        cluster.isolate(CLIENT, egress(tcpPort(80, FAR)));
        cluster.isolate(FAR, ingress(tcpPort(80, NEAR)));

        send(client, tcp().from(CLIENT, 4000).to(FAR, 80).syn());
        assertThat(nodeB.drops()).as("the sender's node lets it go").containsExactly("ingress-policy 1");

        cluster.isolate(FAR, ingress(tcpPort(80, CLIENT)));
        send(client, tcp().from(CLIENT, 4000).to(FAR, 80).syn());
        send(far, tcp().from(FAR, 80).to(CLIENT, 4000).synAck());
        assertThat(far.drain()).hasSize(1);
        assertThat(client.drain()).containsExactly("10.32.1.2:80 > 10.32.0.2:4000 tcp [S.]");
    }

    @Test
    void aServiceIsJudgedByTheBackendThatItPicks() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        cluster.isolate(CLIENT, both(tcpPort(8080, FAR)));
        cluster.isolate(FAR, both(tcpPort(8080, CLIENT)));

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());
        assertThat(far.drain()).containsExactly("10.32.0.2:4000 > 10.32.1.2:8080 tcp [S]");
        send(far, tcp().from(FAR, 8080).to(CLIENT, 4000).synAck());
        assertThat(client.drain()).containsExactly("10.96.0.10:80 > 10.32.0.2:4000 tcp [S.]");

        cluster.isolate(CLIENT, both(tcpPort(80, FAR)));
        send(client, tcp().from(CLIENT, 4001).to(VIP, 80).syn());
        assertThat(far.drain()).isEmpty();
        assertThat(nodeA.dropped(EGRESS_POLICY)).isEqualTo(1);
        assertThat(nodeA.flows()).as("the first flow alone").hasSize(1);
    }

    @Test
    void aServiceIsJudgedAlikeWhereItsBackendIsOnTheClientsNode() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
        cluster.isolate(NEAR, ingress(tcpPort(8080, CLIENT)));

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());
        send(near, tcp().from(NEAR, 8080).to(CLIENT, 4000).synAck());
        assertThat(near.drain()).containsExactly("10.32.0.2:4000 > 10.32.0.3:8080 tcp [S]");
        assertThat(client.drain()).containsExactly("10.96.0.10:80 > 10.32.0.2:4000 tcp [S.]");

        cluster.isolate(NEAR, ingress());
        send(
                client,
                tcp().from(CLIENT, 4001).to(VIP, 80).syn(),
                tcp().from(CLIENT, 4000).to(VIP, 80).ack());
        assertThat(near.drain()).isEmpty();
    }

    @Test
    void aPodReachesItselfThroughItsServiceWhateverIsSaidOfIt() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, CLIENT + ":8080");
        cluster.isolate(CLIENT, both());

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());

        assertThat(nodeA.drops()).isEmpty();
        assertThat(client.drain()).containsExactly("10.32.0.1:4000 > 10.32.0.2:8080 tcp [S]");
    }

    @Test
    void betweenAPodAndItsOwnNodeEverythingPasses() {
        cluster.isolate(CLIENT, both());

        send(nodeA.host(), tcp().from(GATEWAY_A, 4000).to(CLIENT, 80).syn());
        send(client, ping(1).from(CLIENT).to(GATEWAY_A));
        assertThat(client.drain()).hasSize(1);
        assertThat(nodeA.host().drain()).hasSize(1);

        send(nodeB.host(), tcp().from(GATEWAY_B, 4000).to(CLIENT, 80).syn());
        assertThat(client.drain()).as("another node is not its own").isEmpty();
        assertThat(nodeA.drops()).containsExactly("ingress-policy 1");
    }

    @Test
    void rangesMeanWhatIsOutsideAndHaveExceptions() {
        cluster.isolate(CLIENT, both(block("192.0.2.0/24", "192.0.2.128/25")));

        send(
                nodeA.host(),
                tcp().from("192.0.2.7", 4000)
                        .fromMac(macOf(GATEWAY_A))
                        .to(CLIENT, 80)
                        .syn(),
                tcp().from("192.0.2.200", 4000)
                        .fromMac(macOf(GATEWAY_A))
                        .to(CLIENT, 80)
                        .syn());
        assertThat(client.drain()).containsExactly("192.0.2.7:4000 > 10.32.0.2:80 tcp [S]");

        send(
                client,
                udp().from(CLIENT, 1).to("192.0.2.1", 53).via(GATEWAY_A),
                udp().from(CLIENT, 1).to("192.0.2.129", 53).via(GATEWAY_A));
        assertThat(nodeA.host().drain()).containsExactly("10.32.0.2:1 > 192.0.2.1:53 udp");
    }

    @Test
    void anOutsideClientIsJudgedByItsOwnAddressThoughThePodSeesTheGateways() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, CLIENT + ":8080");
        cluster.isolate(CLIENT, ingress(block("192.0.2.0/25")));

        send(
                nodeA.host(),
                tcp().from("192.0.2.7", 4000)
                        .fromMac(macOf(GATEWAY_A))
                        .to(VIP, 80)
                        .syn(),
                tcp().from("192.0.2.200", 4000)
                        .fromMac(macOf(GATEWAY_A))
                        .to(VIP, 80)
                        .syn());

        assertThat(client.drain()).containsExactly("10.32.0.1:4000 > 10.32.0.2:8080 tcp [S]");
        assertThat(nodeA.drops()).containsExactly("ingress-policy 1");
    }

    @Test
    void ipv6IsIsolatedAlikeAndFindsItsNeighbours() {
        cluster.isolate(NEAR, ingress(everythingOf(FAR)));

        send(client, ping6(1).from(CLIENT_6).to(NEAR_6).fromMac(macOf(CLIENT)).toMac(macOf(NEAR)));
        send(near, ping6(1).from(NEAR_6).to(CLIENT_6).fromMac(macOf(NEAR)).toMac(macOf(CLIENT)));

        assertThat(near.drain()).isEmpty();
        assertThat(client.drain()).hasSize(1);
        assertThat(nodeA.drops()).containsExactly("ingress-policy 1");
    }

    @Test
    void aFlowIsJudgedAnewWhenThePoliciesChange() {
        cluster.isolate(NEAR, ingress(udpPort(53)));
        send(client, udp().from(CLIENT, 4000).to(NEAR, 53));
        send(near, udp().from(NEAR, 53).to(CLIENT, 4000));
        assertThat(near.drain()).hasSize(1);
        assertThat(client.drain()).hasSize(1);

        cluster.isolate(NEAR, ingress(udpPort(54)));
        send(client, udp().from(CLIENT, 4000).to(NEAR, 53));
        send(near, udp().from(NEAR, 53).to(CLIENT, 4000));
        assertThat(near.drain()).isEmpty();
        assertThat(client.drain()).as("the answer is of the same flow").isEmpty();
        assertThat(nodeA.drops()).containsExactly("ingress-policy 2");

        cluster.isolateNobody();
        send(client, udp().from(CLIENT, 4000).to(NEAR, 53));
        assertThat(near.drain()).hasSize(1);
    }

    @Test
    void aServicesFlowFromBeforeThePolicyIsJudgedToo() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());
        send(far, tcp().from(FAR, 8080).to(CLIENT, 4000).synAck());
        far.drain();
        client.drain();

        cluster.isolate(CLIENT, egress());
        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).ack());

        assertThat(far.drain()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("egress-policy 1");
    }

    @Test
    void aConnectionFromBeforeThePolicyGoesOnIfItMay() {
        cluster.isolate(NEAR, fresh(ingress(tcpPort(80, CLIENT))));

        send(near, tcp().from(NEAR, 80).to(CLIENT, 4000).ack().payload("to whom it may"));
        send(near, tcp().from(NEAR, 80).to(FAR, 4000).ack().payload("to whom it may not"));
        send(far, tcp().from(FAR, 80).to(NEAR, 5000).ack().payload("what it asked for"));

        assertThat(client.drain()).containsExactly("10.32.0.3:80 > 10.32.0.2:4000 tcp [.] \"to whom it may\"");
        assertThat(far.drain()).isEmpty();
        assertThat(near.drain()).containsExactly("10.32.1.2:80 > 10.32.0.3:5000 tcp [.] \"what it asked for\"");
        send(client, tcp().from(CLIENT, 4000).to(NEAR, 80).ack());
        assertThat(near.drain()).hasSize(1);
    }

    @Test
    void aPermittedFlowIsForgottenInItsTime() {
        cluster.isolate(NEAR, ingress(udpPort(53)));
        send(client, udp().from(CLIENT, 4000).to(NEAR, 53));
        assertThat(nodeA.flows()).containsExactly("10.32.0.2:4000 10.32.0.3:53 10.32.0.3:53 UNREPLIED");

        cluster.advance(Duration.ofMinutes(5));

        assertThat(nodeA.flows()).isEmpty();
    }

    @Test
    void podsThatNobodyIsolatesAreNotTracked() {
        cluster.isolate(NEAR, ingress());

        send(client, tcp().from(CLIENT, 4000).to(FAR, 80).syn());

        assertThat(far.drain()).hasSize(1);
        assertThat(nodeA.flows()).isEmpty();
    }
}
