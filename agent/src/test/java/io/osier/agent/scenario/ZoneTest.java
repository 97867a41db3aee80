package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.clusterIp;
import static io.osier.agent.scenario.TwoNodeLab.createServer;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two nodes in two zones: traffic stays in its zone while there is somebody to answer it. */
@Tag("namespaces")
class ZoneTest {
    private static final int QUESTIONS = 12;

    @RegisterExtension
    static final TwoNodeLab LAB = new TwoNodeLab();

    @BeforeAll
    static void nameZones() {
        bash("echo 'zone: east' >>/run/osier/lab/node-a/agent.yaml; echo 'zone: west' >>/run/osier/lab/node-b/agent.yaml")
                .succeeded();
        osier("lab", "restart").succeeded();
        createServer("web-east", "node-a", "app=web");
        createServer("web-west", "node-b", "app=web");
        osier("create", "pod", "caller", "--node", "node-a").succeeded();
    }

    private static void apply(String manifest) {
        bash(Shell.osierCommand() + " apply -f - <<END\n" + manifest + "\nEND").succeeded();
    }

    /** Who answers the caller, in east. */
    private static Set<String> answering(String service) {
        Set<String> hosts = new TreeSet<>();
        String address = clusterIp(service);
        for (int i = 0; i < QUESTIONS; i++) {
            String answer = in("caller", "curl -sS --max-time 5 http://" + address + "/info")
                    .out();
            hosts.add(answer.replaceAll(".*\"host\":\"([^\"]*)\".*", "$1").strip());
        }
        return hosts;
    }

    @Test
    void trafficStaysInItsZoneUntilNobodyIsThere() {
        apply("""
                {apiVersion: v1, kind: Service, metadata: {name: near},
                 spec: {selector: {app: web}, trafficDistribution: PreferSameZone, ports: [{port: 80, targetPort: 9876}]}}
                """);
        await().untilAsserted(() -> assertThat(answering("near")).containsExactly("web-east"));

        osier("delete", "pod", "web-east").succeeded();
        await().untilAsserted(() -> assertThat(answering("near")).containsExactly("web-west"));
        createServer("web-east", "node-a", "app=web");
        await().untilAsserted(() -> assertThat(answering("near")).containsExactly("web-east"));
    }

    @Test
    void hintsSayWhichZoneAnEndpointIsFor() {
        apply("""
                apiVersion: v1
                kind: Service
                metadata: {name: hinted}
                spec: {ports: [{port: 80, targetPort: 9876}]}
                ---
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: hinted-1, labels: {kubernetes.io/service-name: hinted}}
                addressType: IPv4
                ports: [{port: 9876}]
                endpoints:
                - {addresses: [%s], hints: {forZones: [{name: west}]}}
                - {addresses: [%s], hints: {forZones: [{name: east}]}}
                """.formatted(podIp("web-east"), podIp("web-west")));

        await().untilAsserted(() -> assertThat(answering("hinted"))
                .as("what the hints say, not where the pods are")
                .containsExactly("web-west"));
    }
}
