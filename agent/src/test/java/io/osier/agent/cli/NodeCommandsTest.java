package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.api.server.ApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code osier rules}, {@code drops}, {@code status}, {@code logs}, {@code exec}: what a node tells, and who cannot be asked. */
@Timeout(60)
class NodeCommandsTest extends WithFakeAgent {
    private static final String WEB_1 = "GET /api/v1/pods/web-1?namespace=default";

    @Test
    void rulesAreTheAgentsTextToTheLastSpace() {
        String chain =
                "Chain KUBE-SERVICES (2 references)\ntarget     prot opt source               destination         \n";
        agent.on("GET /osier/v1/rules?verbose=false", 200, chain);
        assertThat(Dialogue.with(agent, "rules")).isEqualTo(new Dialogue(0, chain, ""));
    }

    @Test
    void rulesOfANamedNodeWithCounters() {
        agent.on("GET /osier/v1/rules?node=node-b&verbose=true", 200, "counted\n");
        assertThat(Dialogue.with(agent, "--node", "node-b", "rules", "-v").out())
                .isEqualTo("counted\n");
    }

    @Test
    void rulesOfOneTable() {
        agent.on("GET /osier/v1/rules?verbose=true&table=filter", 200, "filtered\n");
        assertThat(Dialogue.with(agent, "rules", "-v", "-t", "filter").out()).isEqualTo("filtered\n");
        assertThat(Dialogue.with(agent, "rules", "-t", "mangle").exitCode()).isEqualTo(2);
    }

    @Test
    void dropsShowTheReasonsAndThatNoPacketIsMissing() {
        agent.onList("GET /osier/v1/drops?node=*", """
                {"node":"node-a","reasons":[{"reason":"no-endpoint","description":"The service has no endpoint.","packets":2}],
                 "balance":{"in":12,"received":10,"originated":1,"replicated":1,"out":9,"dropped":2,"held":1}}""");
        assertThat(Dialogue.with(agent, "drops").out()).isEqualTo("""
                NODE     REASON        PACKETS   DESCRIPTION
                node-a   no-endpoint   2         The service has no endpoint.

                node-a: in 12 = out 9 + dropped 2 + held 1   (in: received 10, originated 1, replicated 1)
                """);
    }

    @Test
    void dropsOfANodeThatDoesNotAnswerAreMissedAloud() {
        agent.on("GET /osier/v1/drops?node=*", 200, "{\"items\":[],\"unreachable\":[\"node-b\"]}");
        assertThat(Dialogue.with(agent, "drops").err()).isEqualTo("osier: drops: node node-b did not answer\n");
    }

    @Test
    void statusInTheMannerOfWeave() {
        agent.on("GET /osier/v1/status", 200, """
                {"version":"0.1.0","node":"node-a","underlay":"172.30.0.1:4789","encapsulation":"VXLAN","vni":1,
                 "podMtuBytes":1450,"subnet":"10.32.0.0/24","podRange":"10.32.0.0/12","gateway":"10.32.0.1",
                 "subnet6":"fd6f:7369:6572:1::a20:0/120","podRange6":"fd6f:7369:6572:1::a20:0/108",
                 "serviceRange6":"fd6f:7369:6572:2::/112","serviceRange":"10.96.0.0/12","store":"directory","offloads":["csum","tso4"],"tapCalls":"io_uring",
                 "dataplane":{"generation":7,"pods":3,"services":1,"flows":2,
                  "balance":{"in":12,"out":9,"dropped":2,"held":1}},
                 "peers":[{"name":"node-b","address":"172.30.0.2","foreign":false,
                  "remoteChecksum":true,"transmittedPackets":5,"receivedPackets":6}]}""");
        assertThat(Dialogue.with(agent, "status").out()).isEqualTo("""
                         Version: 0.1.0
                            Node: node-a
                        Underlay: 172.30.0.1:4789
                   Encapsulation: VXLAN, VNI 1
                          PodMTU: 1450
                        Offloads: csum tso4
                        TapCalls: io_uring

                           Lease: 10.32.0.0/24 of 10.32.0.0/12
                          Lease6: fd6f:7369:6572:1::a20:0/120 of fd6f:7369:6572:1::a20:0/108
                         Gateway: 10.32.0.1
                    ServiceRange: 10.96.0.0/12
                   ServiceRange6: fd6f:7369:6572:2::/112
                           Store: directory

                            Pods: 3
                        Services: 1
                           Flows: 2
                      Generation: 7
                         Packets: in 12 = out 9 + dropped 2 + held 1

                           Peers: 1
                          node-b: 172.30.0.2, remote checksum, 5 packets sent, 6 received
                """);
    }

    private FakeAgent withWeb(String containers) {
        return agent.on(WEB_1, 200, pod("web-1", "web", containers));
    }

    @Test
    void logsPrintWhatThePodPrinted() {
        withWeb("").on("GET /osier/v1/pods/web-1/log?namespace=default", 200, "hello\nworld\n");
        assertThat(Dialogue.with(agent, "logs", "web-1")).isEqualTo(new Dialogue(0, "hello\nworld\n", ""));
    }

    @Test
    void logsFollowWhatIsAddedUntilThePodIsGone() {
        String log = "GET /osier/v1/pods/web-1/log?namespace=default";
        withWeb("")
                .on(log, 200, "a\n")
                .on(log + "&after=2", 200, "b\n")
                .on(log + "&after=4", 404, "{\"message\":\"pods \\\"web-1\\\" not found\"}");
        assertThat(Dialogue.with(agent, "logs", "-f", "web-1"))
                .isEqualTo(new Dialogue(1, "a\nb\n", "osier: logs: pods \"web-1\" not found\n"));
    }

    @Test
    void logsBeginWithTheLastLinesThatAreAskedFor() {
        withWeb("").on("GET /osier/v1/pods/web-1/log?namespace=default", 200, "a\nb\nc\n");
        assertThat(Dialogue.with(agent, "logs", "pod/web-1", "--tail", "2").out())
                .isEqualTo("b\nc\n");
        assertThat(Dialogue.with(agent, "logs", "pods/web-1", "--tail=0").out()).isEmpty();
        assertThat(Dialogue.with(agent, "logs", "web-1", "--tail=-1").out()).isEqualTo("a\nb\nc\n");
        assertThat(Dialogue.with(agent, "logs", "web-1", "--tail=9").out()).isEqualTo("a\nb\nc\n");
    }

    private static final String TWO = "{\"name\":\"srv\",\"command\":[\"x\"]},{\"name\":\"log\",\"command\":[\"y\"]}";

    private void withTwoContainers() {
        withWeb(TWO)
                .on("GET /osier/v1/pods/web-1/log?namespace=default&container=srv", 200, "served\n")
                .on("GET /osier/v1/pods/web-1/log?namespace=default&container=log", 200, "logged\n");
    }

    @Test
    void logsOfAPodWithSeveralContainersAreOfItsFirstUnlessAnotherIsNamed() {
        withTwoContainers();
        assertThat(Dialogue.with(agent, "logs", "web-1"))
                .isEqualTo(new Dialogue(0, "served\n", "Defaulted container \"srv\" out of: srv, log\n"));
        assertThat(Dialogue.with(agent, "logs", "web-1", "-c", "log")).isEqualTo(new Dialogue(0, "logged\n", ""));
    }

    @Test
    void logsAreOfTheContainerThatThePodItselfPrefers() {
        withTwoContainers();
        agent.on(
                        "GET /api/v1/pods/web-2?namespace=default",
                        200,
                        pod("web-2", "web", TWO).replace("\"labels\"", """
                                "annotations":{"kubectl.kubernetes.io/default-container":"log"},"labels\""""))
                .on("GET /osier/v1/pods/web-2/log?namespace=default&container=log", 200, "logged\n");
        assertThat(Dialogue.with(agent, "logs", "web-2")).isEqualTo(new Dialogue(0, "logged\n", ""));
    }

    @Test
    void logsOfAllContainersSayWhichIsWhich() {
        withTwoContainers();
        assertThat(Dialogue.with(agent, "logs", "web-1", "--all-containers"))
                .isEqualTo(new Dialogue(0, "served\nlogged\n", ""));
        assertThat(Dialogue.with(agent, "logs", "web-1", "--all-containers", "--prefix"))
                .isEqualTo(new Dialogue(0, "[pod/web-1/srv] served\n[pod/web-1/log] logged\n", ""));
        assertThat(Dialogue.with(agent, "logs", "web-1", "--all-containers", "-c", "log"))
                .isEqualTo(new Dialogue(2, "", "osier: logs: --all-containers and -c log: say one of them\n"));
    }

    @Test
    void logsOfSeveralPodsAreOneAfterTheOtherAndTheirLastTenLines() {
        agent.onList(
                        "GET /api/v1/pods?namespace=default",
                        pod("web-1", "web", "{\"name\":\"srv\",\"command\":[\"x\"]}"),
                        pod("db", "db", ""),
                        pod("web-2", "web", ""))
                .on("GET /osier/v1/pods/web-1/log?namespace=default", 200, "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n")
                .on("GET /osier/v1/pods/web-2/log?namespace=default", 200, "x\ny");
        assertThat(Dialogue.with(agent, "logs", "-l", "app=web").out())
                .isEqualTo("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\nx\ny");
        assertThat(Dialogue.with(agent, "logs", "-l", "app=web", "--tail", "1", "--prefix")
                        .out())
                .isEqualTo("[pod/web-1/srv] 10\n[pod/web-2/web-2] y");
        assertThat(Dialogue.with(agent, "logs", "-l", "app=none"))
                .isEqualTo(new Dialogue(0, "", "No resources found in default namespace.\n"));
    }

    @Test
    void logsAreOfPodsThatAreNamedOneWay() {
        String why = "osier: logs: name a pod, or say which by -l, and not both\n";
        assertThat(Dialogue.with(agent, "logs")).isEqualTo(new Dialogue(2, "", why));
        assertThat(Dialogue.with(agent, "logs", "web-1", "-l", "app=web")).isEqualTo(new Dialogue(2, "", why));
        assertThat(Dialogue.with(agent, "logs", "service/web"))
                .isEqualTo(new Dialogue(2, "", "osier: logs: service/web: name a pod\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"logs pod/web-1 -c %s", "exec web-1 -c %s -- true"})
    void aContainerIsOneOfThePods(String line) {
        withWeb("{\"name\":\"srv\"}").on("GET /osier/v1/pods/web-1/log?namespace=default", 200, "hello\n");
        assertThat(Dialogue.with(agent, line.formatted("other").split(" ")).err())
                .endsWith(": container other is not valid for pod web-1: it has srv\n")
                .hasLineCount(1);
        assertThat(Dialogue.with(agent, line.formatted("srv").split(" ")).err()).doesNotContain("container");
    }

    private static String pod(String name, String app, String containers) {
        return """
                {"metadata":{"name":"%s","labels":{"app":"%s"}},"spec":{"nodeName":"node-z","containers":[%s]}}""".formatted(name, app, containers);
    }

    @Test
    void execOfAPodOnAnotherMachineIsAskedOfItsAgent() {
        agent.on("GET /api/v1/pods/far-away?namespace=default", 200, "{\"spec\":{\"nodeName\":\"node-z\"}}");
        String question = "GET /osier/v1/pods/far-away/exec?namespace=default&command=echo&command=a+b";
        agent.on(question, 404, "{\"message\":\"nodes \\\"node-z\\\" not found\"}");
        assertThat(Dialogue.with(agent, "exec", "far-away", "--", "echo", "a b"))
                .isEqualTo(new Dialogue(1, "", "osier: exec: nodes \"node-z\" not found\n"));
        assertThat(agent.questions()).contains(question);
    }

    @Test
    void aSocketWithoutAnAgentIsNamed() {
        assertThat(Dialogue.of("--socket", "/none/api.sock", "status"))
                .isEqualTo(new Dialogue(1, "", "osier: connect: no agent listens at /none/api.sock\n"));
    }

    @Test
    void aSocketThatAKilledAgentLeftBehindHasNoAgent() throws IOException {
        Path stale = directory.resolve("stale.sock");
        try (var channel = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            channel.bind(java.net.UnixDomainSocketAddress.of(stale));
        }
        assertThat(Files.exists(stale)).isTrue();
        assertThat(Dialogue.of("--socket", stale.toString(), "status").err())
                .isEqualTo("osier: connect: no agent listens at " + stale + "\n");
    }

    @Test
    void anAnswerThatIsNoJsonIsOneLineToo() {
        agent.on("GET /osier/v1/status", 200, "<html>");
        Dialogue dialogue = Dialogue.with(agent, "status");
        assertThat(dialogue.exitCode()).isEqualTo(1);
        assertThat(dialogue.err()).startsWith("osier: status: ").hasLineCount(1);
    }

    @Test
    void anAgentThatFailsSaysItInOneLine() throws IOException {
        Path socket = directory.resolve("broken.sock");
        try (ApiServer broken = ApiServer.listen(socket, request -> {
            throw new IllegalStateException("the store is full");
        })) {
            assertThat(broken).isNotNull();
            Dialogue dialogue = Dialogue.of("--socket", socket.toString(), "status");
            assertThat(dialogue.exitCode()).isEqualTo(1);
            assertThat(dialogue.err()).startsWith("osier: status: ").hasLineCount(1);
        }
    }
}
