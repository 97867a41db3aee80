package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.fragmentationNeeded;
import static io.osier.dataplane.simulation.PacketBuilder.portUnreachable;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.simulation.RawFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An ICMP error about a translated flow reaches its receiver in the receiver's own terms. */
class ServiceErrorsTest extends TwoNodeScenario {
    private static final String VIP = "10.96.0.10";

    @Test
    void aBackendsErrorReachesTheClientAsTheServices() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        RawFrame question =
                udp().from(CLIENT, 4000).to(VIP, 53).payload("question").build();
        send(client, question);
        RawFrame asked = far.drainFrames().get(0);

        send(far, portUnreachable().from(FAR).to(CLIENT).quoting(asked));

        assertThat(client.drainFrames())
                .as("the error that a service without translation would have sent, to the byte")
                .containsExactly(
                        portUnreachable().from(VIP).to(CLIENT).quoting(question).build());
    }

    @Test
    void aClientsErrorReachesTheBackendAsTheClients() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        far.drain();
        RawFrame answer =
                udp().from(FAR, 5353).to(CLIENT, 4000).payload("answer").build();
        send(far, answer);
        RawFrame answered = client.drainFrames().get(0);

        send(client, portUnreachable().from(CLIENT).to(VIP).quoting(answered));

        assertThat(far.drainFrames())
                .containsExactly(
                        portUnreachable().from(CLIENT).to(FAR).quoting(answer).build());
    }

    @Test
    void aRoutersErrorKeepsTheRoutersAddress() {
        cluster.service("default/outside", IpProtocol.TCP, VIP, 80, "192.0.2.80:8080");
        RawFrame request = tcp().from(CLIENT, 4000)
                .to(VIP, 80)
                .ack()
                .payload(new byte[1400])
                .build();
        send(client, request);
        RawFrame sent = nodeA.host().drainFrames().get(0);

        send(
                nodeA.host(),
                fragmentationNeeded(1300)
                        .from("198.51.100.1")
                        .fromMac(macOf(GATEWAY_A))
                        .to(CLIENT)
                        .quoting(sent));

        assertThat(client.drainFrames())
                .containsExactly(fragmentationNeeded(1300)
                        .from("198.51.100.1")
                        .fromMac(macOf(VIP))
                        .to(CLIENT)
                        .quoting(request)
                        .build());
    }

    @Test
    void aMasqueradedClientGetsTheErrorThatTheGatewayWasSent() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        RawFrame question = udp().from("192.0.2.7", 4000)
                .fromMac(macOf(GATEWAY_A))
                .to(VIP, 53)
                .payload("question")
                .build();
        send(nodeA.host(), question);
        RawFrame asked = far.drainFrames().get(0);

        send(far, portUnreachable().from(FAR).to(GATEWAY_A).quoting(asked));

        assertThat(nodeA.host().drainFrames())
                .containsExactly(portUnreachable()
                        .from(VIP)
                        .to("192.0.2.7")
                        .via(GATEWAY_A)
                        .quoting(question)
                        .build());
    }

    @Test
    void aMasqueradedClientsErrorComesFromTheGateway() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        send(
                nodeA.host(),
                udp().from("192.0.2.7", 4000).fromMac(macOf(GATEWAY_A)).to(VIP, 53));
        far.drain();
        RawFrame answer =
                udp().from(FAR, 5353).to(GATEWAY_A, 4000).payload("answer").build();
        send(far, answer);
        RawFrame answered = nodeA.host().drainFrames().get(0);

        send(
                nodeA.host(),
                portUnreachable()
                        .from("192.0.2.7")
                        .fromMac(macOf(GATEWAY_A))
                        .to(VIP)
                        .quoting(answered));

        assertThat(far.drainFrames())
                .containsExactly(portUnreachable()
                        .from(GATEWAY_A)
                        .to(FAR)
                        .quoting(answer)
                        .build());
    }

    @ParameterizedTest
    @ValueSource(ints = {28, 29, 31, 40, 41, 60})
    void howMuchAnErrorQuotesDoesNotMatter(int quotedBytes) {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");
        RawFrame request = tcp().from(CLIENT, 4000)
                .to(VIP, 80)
                .ack()
                .payload("GET / HTTP/1.1 and so on")
                .build();
        send(client, request);
        RawFrame sent = far.drainFrames().get(0);

        send(far, portUnreachable().from(FAR).to(CLIENT).quoting(sent, quotedBytes));

        RawFrame expected = portUnreachable()
                .from(VIP)
                .to(CLIENT)
                .quoting(request, quotedBytes)
                .build();
        assertThat(client.drainFrames()).containsExactly(expected);
    }

    @Test
    void anErrorAboutTheHostsFlowReachesTheHost() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, NEAR + ":8080");
        RawFrame request = tcp().from(GATEWAY_A, 4000).to(VIP, 80).syn().build();
        send(nodeA.host(), request);
        RawFrame sent = near.drainFrames().get(0);

        send(near, portUnreachable().from(NEAR).to(GATEWAY_A).quoting(sent));

        assertThat(nodeA.host().drainFrames())
                .containsExactly(portUnreachable()
                        .from(VIP)
                        .to(GATEWAY_A)
                        .quoting(request)
                        .build());
    }

    @Test
    void anErrorAboutNoFlowPassesUntouched() {
        RawFrame quoted = udp().from(CLIENT, 4000).to(FAR, 9).build();
        RawFrame error = portUnreachable().from(FAR).to(CLIENT).quoting(quoted).build();

        send(far, error);

        assertThat(client.drainFrames()).containsExactly(error);
    }

    @Test
    void anErrorToAServiceAboutNoFlowIsCounted() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        RawFrame quoted = udp().from(VIP, 53).to(CLIENT, 4000).build();

        send(client, portUnreachable().from(CLIENT).to(VIP).quoting(quoted));

        assertThat(nodeA.drops()).containsExactly("untranslatable 1");
    }
}
