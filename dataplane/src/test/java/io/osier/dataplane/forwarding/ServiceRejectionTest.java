package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.portUnreachable;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static io.osier.dataplane.simulation.PacketBuilder.vxlan;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.simulation.RawFrame;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who asks in vain is told so at once. */
class ServiceRejectionTest extends TwoNodeScenario {
    private static final String VIP = "10.96.0.10";

    @Test
    void aServiceWithoutEndpointsRefusesWithPortUnreachable() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80);
        RawFrame request = tcp().from(CLIENT, 4000).to(VIP, 80).syn().build();

        send(client, request);

        assertThat(client.drainFrames())
                .as("from the gateway, quoting the packet as it was sent")
                .containsExactly(portUnreachable()
                        .from(GATEWAY_A)
                        .fromMac(macOf(VIP))
                        .to(CLIENT)
                        .quoting(request)
                        .build());
        assertThat(nodeA.drops()).containsExactly("no-endpoint 1");
        assertThat(nodeA.flows()).isEmpty();
    }

    @Test
    void aPortThatTheServiceDoesNotHaveIsRefused() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");

        send(client, tcp().from(CLIENT, 4000).to(VIP, 81).syn());
        send(client, udp().from(CLIENT, 4000).to(VIP, 80));

        assertThat(client.drain())
                .containsExactly(
                        "10.32.0.1 > 10.32.0.2 icmp 3/3 about 10.32.0.2:4000 > 10.96.0.10:81 tcp",
                        "10.32.0.1 > 10.32.0.2 icmp 3/3 about 10.32.0.2:4000 > 10.96.0.10:80 udp");
        assertThat(nodeA.drops()).containsExactly("no-service-port 2");
    }

    @Test
    void anAddressThatNoServiceHasIsRefused() {
        send(client, tcp().from(CLIENT, 4000).to("10.96.0.99", 80).syn());

        assertThat(client.drain())
                .containsExactly("10.32.0.1 > 10.32.0.2 icmp 3/3 about 10.32.0.2:4000 > 10.96.0.99:80 tcp");
        assertThat(nodeA.drops()).containsExactly("no-service 1");
    }

    @Test
    void manyRefusalsInOneBatchAreEachTheirOwn() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80);
        for (int port = 4000; port < 4064; port++) {
            client.send(tcp().from(CLIENT, port).to(VIP, 80).syn());
        }
        cluster.settle();

        List<String> refusals = client.drain();
        assertThat(refusals).hasSize(64).doesNotHaveDuplicates();
        assertThat(refusals.get(63)).endsWith("about 10.32.0.2:4063 > 10.96.0.10:80 tcp");
    }

    @Test
    void theHostIsRefusedByAnAddressThatIsNotItsOwn() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80);

        send(nodeA.host(), tcp().from(GATEWAY_A, 4000).to(VIP, 80).syn());

        assertThat(nodeA.host().drain())
                .as("Linux drops as martian what claims to come from itself")
                .containsExactly("10.96.0.10 > 10.32.0.1 icmp 3/3 about 10.32.0.1:4000 > 10.96.0.10:80 tcp");
    }

    @Test
    void aForeignNodesPodIsRefusedThroughTheTunnel() {
        var foreign = cluster.foreignNode("switch", "10.32.9.0/24");
        cluster.service("default/web", IpProtocol.TCP, VIP, 80);
        for (int port = 4000; port < 4003; port++) {
            foreign.send(nodeA, tcp().from("10.32.9.5", port).to(VIP, 80).syn().build());
        }
        cluster.settle();

        assertThat(foreign.drain())
                .containsExactly(
                        "10.32.0.1 > 10.32.9.5 icmp 3/3 about 10.32.9.5:4000 > 10.96.0.10:80 tcp",
                        "10.32.0.1 > 10.32.9.5 icmp 3/3 about 10.32.9.5:4001 > 10.96.0.10:80 tcp",
                        "10.32.0.1 > 10.32.9.5 icmp 3/3 about 10.32.9.5:4002 > 10.96.0.10:80 tcp");
    }

    @Test
    void aLongPacketIsQuotedUpToWhatAnErrorMayCarry() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53);

        RawFrame question = udp().from(CLIENT, 4000)
                .to(VIP, 53)
                .payload("0123456789".repeat(6_000))
                .build();
        send(client, question);

        RawFrame refusal = client.drainFrames().get(0);
        assertThat(refusal.ipPacket()).as("RFC 1812, 4.3.2.3").hasSize(576);
        assertThat(refusal)
                .isEqualTo(portUnreachable()
                        .from(GATEWAY_A)
                        .fromMac(macOf(VIP))
                        .to(CLIENT)
                        .quoting(question)
                        .build());
    }

    @Test
    void noErrorAnswersABroadcastOrAStationWithoutAnAddress() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53);

        send(client, udp().from(CLIENT, 4000).to(VIP, 53).toMac(MacAddress.BROADCAST));
        send(client, udp().from("0.0.0.0", 4000).fromMac(macOf(CLIENT)).to(VIP, 53));

        assertThat(client.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).containsExactly("no-endpoint 1", "spoofed-address 1");
    }

    @Test
    void anErrorIsAPacketMadeHere() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80);

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());

        assertThat(nodeA.worker().counters().balance().originated()).isEqualTo(1);
    }

    @Test
    void whatWasRejectedShowsInTheRules() {
        VirtualService service = cluster.service("default/web", IpProtocol.TCP, VIP, 80);

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn());

        assertThat(service.counters().totalPackets()).isEqualTo(1);
    }

    @Test
    void aServiceIsServedAgainAsSoonAsItHasAnEndpoint() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53);
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));
        client.drain();

        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        send(client, udp().from(CLIENT, 4000).to(VIP, 53));

        assertThat(far.drain())
                .as("the refusal poisoned nothing")
                .containsExactly("10.32.0.2:4000 > 10.32.1.2:5353 udp");
    }

    @Test
    void aNodeDoesNotCarryAnothersServiceTrafficBackIntoATunnel() {
        cluster.node("node-c", "10.32.2.0/24").pod("10.32.2.2");
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, "10.32.2.2:8080");

        nodeB.socket()
                .send(
                        nodeA.underlayAddress(),
                        vxlan(1, tcp().from(FAR, 4000).to(VIP, 80).syn().build()));
        cluster.settle();

        assertThat(nodeA.drops()).containsExactly("tunnel-to-tunnel 1");
    }
}
