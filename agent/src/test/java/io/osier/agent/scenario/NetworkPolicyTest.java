package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.in;
import static io.osier.agent.scenario.Shell.osier;
import static io.osier.agent.scenario.TwoNodeLab.clusterIp;
import static io.osier.agent.scenario.TwoNodeLab.createServer;
import static io.osier.agent.scenario.TwoNodeLab.podIp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Policies as users have them, on real pods of two nodes: {@code curl}, {@code ping}, and what Osier says of it. */
@Tag("namespaces")
class NetworkPolicyTest {
    private static final String DENY_ALL = """
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: deny-all}
            spec:
              podSelector: {}
              policyTypes: [Ingress, Egress]
            """;

    @RegisterExtension
    static final TwoNodeLab LAB = new TwoNodeLab();

    @TempDir
    Path folder;

    @BeforeAll
    static void up() {
        createServer("web", "node-b", "app=web");
        osier("create", "service", "web", "--port", "80:9876", "--selector", "app=web")
                .succeeded();
        osier("create", "pod", "friend", "-l", "role=friend", "--node", "node-a")
                .succeeded();
        osier("create", "pod", "stranger", "--node", "node-a").succeeded();
        osier("create", "pod", "neighbor", "--node", "node-b").succeeded();
        await().untilAsserted(() -> assertThat(curl("stranger")).isZero());
    }

    @AfterEach
    void noPolicies() {
        osier("delete", "networkpolicies", "--all").succeeded();
    }

    private void apply(String policy) throws IOException {
        Path file = folder.resolve("policy.yaml");
        Files.writeString(file, policy);
        osier("apply", "-f", file.toString()).succeeded();
    }

    /** Asks the service; {@code curl}'s own exit code, 28 being a time-out. */
    private static int curl(String pod) {
        return in(pod, "curl -s -o /dev/null --max-time 1 http://" + clusterIp("web") + "/info")
                .exitCode();
    }

    private static int ping(String from, String to) {
        return in(from, "ping -c 1 -W 1 " + podIp(to) + " >/dev/null").exitCode();
    }

    @Test
    void onlyFriendsReachTheServer() throws IOException {
        apply("""
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: friends}
                spec:
                  podSelector: {matchLabels: {app: web}}
                  ingress:
                  - from: [{podSelector: {matchLabels: {role: friend}}}]
                    ports: [{port: 9876}]
                """);
        await().untilAsserted(() -> assertThat(curl("stranger")).isEqualTo(28));

        assertThat(curl("friend")).isZero();
        assertThat(curl("neighbor")).as("on the server's own node").isEqualTo(28);
        assertThat(ping("friend", "web")).as("no port 9876").isEqualTo(1);
        assertThat(ping("web", "stranger"))
                .as("what it asks itself is answered")
                .isZero();
        assertThat(in("node-b", "curl -s -o /dev/null --max-time 1 http://" + podIp("web") + ":9876/info")
                        .exitCode())
                .as("its own node")
                .isZero();
        assertThat(osier("drops").succeeded().out()).contains("ingress-policy");
        assertThat(osier("explain", "--from", "friend", "--to", clusterIp("web") + ":80")
                        .succeeded()
                        .out())
                .contains("ingress allowed by default/friends, ingress rule 1");
        assertThat(osier("explain", "--from", "stranger", "--to", clusterIp("web") + ":80")
                        .succeeded()
                        .out())
                .contains("ingress isolated by default/friends; no rule allows this", "dropped: ingress-policy");
    }

    @Test
    void aLabelMakesAFriend() throws IOException {
        apply(DENY_ALL);
        await().untilAsserted(() -> assertThat(curl("friend")).isEqualTo(28));
        apply("""
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: friends-everywhere}
                spec:
                  podSelector: {matchExpressions: [{key: role, operator: In, values: [friend]}]}
                  policyTypes: [Ingress, Egress]
                  ingress: [{from: [{podSelector: {matchLabels: {role: friend}}}]}]
                  egress: [{to: [{podSelector: {matchLabels: {role: friend}}}]}]
                """);
        osier("create", "pod", "new-friend", "-l", "role=friend", "--node", "node-b")
                .succeeded();

        await().untilAsserted(() -> assertThat(ping("friend", "new-friend")).isZero());
        assertThat(ping("new-friend", "friend")).isZero();
        assertThat(ping("new-friend", "stranger")).isEqualTo(1);
        assertThat(ping("stranger", "new-friend")).isEqualTo(1);
        osier("delete", "pod", "new-friend").succeeded();
    }

    @Test
    void aConnectionOutlivesAPolicyThatAllowsItAndNotOneThatDoesNot() throws IOException {
        String server = podIp("web");
        Path output = folder.resolve("nc");
        Process listening = Shell.start("web", "socat -u TCP-LISTEN:7000,reuseaddr -", output);
        in("web", "until ss -ltn | grep -q ':7000 '; do sleep 0.1; done").succeeded();
        Process talking = Shell.start(
                "stranger",
                "bash -c 'for i in $(seq 600); do echo $i; sleep 0.1; done | socat -u - TCP:" + server + ":7000'",
                folder.resolve("sent"));
        try {
            await().untilAsserted(() -> assertThat(Files.readAllLines(output)).hasSizeGreaterThan(3));
            apply("""
                    apiVersion: networking.k8s.io/v1
                    kind: NetworkPolicy
                    metadata: {name: talkers}
                    spec:
                      podSelector: {matchLabels: {app: web}}
                      ingress: [{ports: [{port: 7000, endPort: 7001}]}]
                    """);
            await().untilAsserted(() -> assertThat(curl("stranger")).isEqualTo(28));
            int before = Files.readAllLines(output).size();
            await().untilAsserted(() -> assertThat(Files.readAllLines(output)).hasSizeGreaterThan(before + 5));

            apply(DENY_ALL);
            await().untilAsserted(() -> {
                int seen = Files.readAllLines(output).size();
                bash("sleep 1");
                assertThat(Files.readAllLines(output)).hasSize(seen);
            });
        } finally {
            Shell.stop(talking);
            Shell.stop(listening);
        }
    }

    @Test
    void aPolicyHoldsWhileItsNodesAgentIsAway() throws IOException {
        apply(DENY_ALL);
        await().untilAsserted(() -> assertThat(curl("stranger")).isEqualTo(28));

        osier("lab", "restart", "node-a").succeeded();

        assertThat(ping("stranger", "friend")).isEqualTo(1);
        assertThat(osier("get", "netpol").succeeded().out()).contains("deny-all");
    }
}
