package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.observe.CaptureReader;
import io.osier.dataplane.observe.CaptureRecorder;
import io.osier.dataplane.observe.CaptureSelection;
import io.osier.dataplane.observe.DecisionText;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.service.Exposure;
import io.osier.dataplane.service.ListedFamily;
import io.osier.dataplane.service.RulesListing;
import io.osier.dataplane.service.ServicePolicy;
import io.osier.dataplane.service.VirtualService;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@code sessionAffinity: ClientIP}: a client's flows go where its last one went. */
class SessionAffinityTest extends TwoNodeScenario {
    private static final String VIP = "10.96.0.10";
    private static final int SECONDS = 60;

    private int sourcePort = 4000;

    private VirtualService web(String... backends) {
        return cluster.affineService("default/web", IpProtocol.TCP, VIP, 80, SECONDS, backends);
    }

    /** Opens a connection and says which backend got it. */
    private String open() {
        return open(VIP);
    }

    private String open(String address) {
        send(client, tcp().from(CLIENT, sourcePort++).to(address, 80).syn());
        List<String> got = new ArrayList<>(near.drain());
        got.addAll(far.drain());
        assertThat(got).hasSize(1);
        return got.get(0).replaceAll(".* > (.*) tcp.*", "$1");
    }

    @Test
    void allConnectionsOfAClientGoToOneBackend() {
        web(NEAR + ":8080", NEAR + ":8081", FAR + ":8080");
        Set<String> backends = new HashSet<>();
        for (int i = 0; i < 30; i++) {
            backends.add(open());
        }
        assertThat(backends).hasSize(1);
    }

    /** As kube-proxy's {@code recent} lists are each of a service port and an endpoint, and not of an address. */
    @Test
    void byWhicheverAddressOfTheServiceTheyCome() {
        List<String> backends = List.of(NEAR + ":8080", NEAR + ":8081", FAR + ":8080");
        ServicePolicy inside = ServicePolicy.DEFAULT.withAffinity(SECONDS);
        ServicePolicy outside =
                new ServicePolicy(Exposure.EXTERNAL_IP, ServicePolicy.Locality.NOBODY, SECONDS, List.of());
        cluster.exposed("default/web", VIP, 80, inside, backends, List.of());
        List<String> others = List.of("198.51.100.7", "198.51.100.8", "198.51.100.9", "198.51.100.10");
        others.forEach(address -> cluster.exposed("default/web", address, 80, outside, backends, List.of()));

        String first = open();

        assertThat(others).extracting(this::open).containsOnly(first);
    }

    @Test
    void aBackendThatLeavesGivesItsClientsToAnother() {
        web(NEAR + ":8080", FAR + ":8080");
        String first = open();
        String other = first.equals(NEAR + ":8080") ? FAR + ":8080" : NEAR + ":8080";

        web(other);
        assertThat(open()).isEqualTo(other);
        web(first, other);
        assertThat(open()).as("and they stay there").isEqualTo(other);
    }

    @Test
    void aCaptureSaysWhoCameAgain() {
        web(NEAR + ":8080", FAR + ":8080");
        CaptureRecorder recorder = new CaptureRecorder(CaptureSelection.ALL, () -> 1, 1 << 16);
        nodeA.worker().observe(recorder);
        open();
        open();

        List<String> said = new ArrayList<>();
        new CaptureReader(recorder, "node-a", IpAddress.parse("172.30.0.1"))
                .drain(capture -> said.add(DecisionText.of(capture).replaceAll(".* of 2, ", "")));
        assertThat(said).containsSubsequence("p=0.5", "by session affinity").doesNotContain("by weight");
    }

    @Test
    void withoutAffinityTheyAreSpread() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, NEAR + ":8080", FAR + ":8080");
        Set<String> backends = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            backends.add(open());
        }
        assertThat(backends).hasSize(2);
    }

    @Test
    void theRulesSayWhoCameAgain() {
        VirtualService service = web(NEAR + ":8080", FAR + ":8080");
        for (int i = 0; i < 5; i++) {
            open();
        }
        int chosen = service.counters().packets(0) > 0 ? 0 : 1;
        assertThat(service.counters().packets(chosen)).isEqualTo(5);
        assertThat(service.counters().againPackets(chosen)).isEqualTo(4);
        assertThat(RulesListing.of(
                        List.of(service), ListedFamily.IPV4, false, IpPrefix.parse("10.32.0.0/12"), List.of()))
                .containsPattern(
                        "KUBE-SEP-(\\w+)  all  --  0.0.0.0/0            0.0.0.0/0            /\\* default/web \\*/"
                                + " recent: CHECK seconds: 60 reap name: KUBE-SEP-\\1 side: source mask: 255.255.255.255\n")
                .containsPattern("DNAT       tcp  --  0.0.0.0/0            0.0.0.0/0            /\\* default/web \\*/"
                        + " recent: SET name: KUBE-SEP-\\w+ side: source mask: 255.255.255.255 tcp to:" + NEAR
                        + ":8080\n");
    }
}
