package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code osier create}, {@code apply}, {@code delete} and {@code describe}: what they ask of an agent and what they say. */
@Timeout(60)
class ObjectCommandsTest extends WithFakeAgent {
    private static final String NOT_FOUND = "{\"message\":\"pods \\\"web-1\\\" not found\"}";
    private static final String DELETE = "POST /osier/v1/delete?namespace=default";
    private static final String RUNNING = "{\"status\":{\"phase\":\"Running\"}}";
    private static final String PENDING = "{\"status\":{\"phase\":\"Pending\"}}";
    private static final String WEB_1 = "/api/v1/pods/web-1?namespace=default";

    @Test
    void createPodWaitsUntilItRuns() {
        agent.on("POST /api/v1/pods?namespace=default", 201, PENDING)
                .on("GET " + WEB_1, 200, PENDING)
                .on("GET " + WEB_1, 200, PENDING)
                .on("GET " + WEB_1, 200, RUNNING);
        assertThat(Dialogue.with(agent, "create", "pod", "web-1")).isEqualTo(done("pod/web-1 created"));
        assertThat(agent.questions()).hasSize(4);
    }

    @Test
    void createPodAsksForWhatTheWordsSay() {
        agent.on("POST /api/v1/pods?namespace=default", 201, RUNNING).on("GET " + WEB_1, 200, RUNNING);
        String words =
                "create pod web-1 -l app=web -l tier=b,zone=x --node node-b --ip 10.32.1.9 -- nc -l -p 80 -o table";
        assertThat(Dialogue.with(agent, words.split(" "))).isEqualTo(done("pod/web-1 created"));
        assertThat(agent.questions().get(0))
                .isEqualTo("POST /api/v1/pods?namespace=default "
                        + "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"web-1\",\"namespace\":\"default\","
                        + "\"labels\":{\"app\":\"web\",\"tier\":\"b\",\"zone\":\"x\"}},\"spec\":{\"nodeName\":\"node-b\","
                        + "\"podIP\":\"10.32.1.9\",\"containers\":[{\"name\":\"web-1\","
                        + "\"command\":[\"nc\",\"-l\",\"-p\",\"80\",\"-o\",\"table\"]}]}}");
    }

    @Test
    void createPodThatCannotBeMadeSaysWhyAndHowToGiveUp() {
        agent.on("POST /api/v1/pods?namespace=default", 201, PENDING).on("GET " + WEB_1, 200, """
                        {"status":{"phase":"Pending","reason":"CreateError","message":"no TAP"}}""");
        assertThat(Dialogue.with(agent, "create", "pod", "web-1"))
                .isEqualTo(new Dialogue(
                        1, "", "osier: create pod: web-1: no TAP (still trying; 'osier delete pod web-1' gives up)\n"));
    }

    @Test
    void createOfWhatIsThereFails() {
        agent.on("POST /api/v1/pods?namespace=default", 409, "{\"message\":\"pods \\\"web-1\\\" already exists\"}");
        assertThat(Dialogue.with(agent, "create", "pod", "web-1"))
                .isEqualTo(new Dialogue(1, "", "osier: create pod: pods \"web-1\" already exists\n"));
    }

    @Test
    void createServiceReadsItsPorts() {
        agent.on("POST /api/v1/services?namespace=default", 201, "{}");
        String words = "create service dns --port 53:5353/udp --port 80:http --port 443 --selector app=dns"
                + " --cluster-ip 10.96.0.10 --type ClusterIP --session-affinity ClientIP";
        assertThat(Dialogue.with(agent, words.split(" "))).isEqualTo(done("service/dns created"));
        assertThat(agent.questions().get(0))
                .contains("\"selector\":{\"app\":\"dns\"}")
                .contains("{\"name\":\"p53-udp\",\"protocol\":\"UDP\",\"port\":53,\"targetPort\":5353}")
                .contains("{\"name\":\"p80-tcp\",\"protocol\":\"TCP\",\"port\":80,\"targetPort\":\"http\"}")
                .contains("{\"name\":\"p443-tcp\",\"protocol\":\"TCP\",\"port\":443,\"targetPort\":443}")
                .contains("\"clusterIP\":\"10.96.0.10\",\"type\":\"ClusterIP\",\"sessionAffinity\":\"ClientIP\"");
    }

    @Test
    void theOnlyPortOfAServiceHasNoName() {
        agent.on("POST /api/v1/services?namespace=default", 201, "{}");
        Dialogue.with(agent, "create", "service", "web", "--port", "80:9876");
        assertThat(agent.questions().get(0))
                .contains("\"ports\":[{\"protocol\":\"TCP\",\"port\":80,\"targetPort\":9876}]", "{\"app\":\"web\"}");
    }

    @Test
    void createNodeIsAForeignOne() {
        agent.on("POST /api/v1/nodes?namespace=default", 201, "{}");
        String words = "create node kernel --address 172.30.0.9 --pod-cidr 10.32.9.0/24";
        assertThat(Dialogue.with(agent, words.split(" "))).isEqualTo(done("node/kernel created"));
        assertThat(agent.questions().get(0))
                .contains("\"spec\":{\"foreign\":true,\"podCIDRs\":[\"10.32.9.0/24\"]}")
                .contains("{\"type\":\"InternalIP\",\"address\":\"172.30.0.9\"}");
    }

    @Test
    void whatIsCreatedIsShownInTheFormatThatIsAskedFor() {
        agent.on("POST /api/v1/services?namespace=default", 201, "{\"metadata\":{\"name\":\"web\",\"uid\":\"7\"}}");
        assertThat(Dialogue.with(agent, "create", "service", "web", "--port", "80", "-o", "name"))
                .isEqualTo(done("service/web"));
        assertThat(Dialogue.with(agent, "-o", "yaml", "create", "service", "web", "--port", "80"))
                .isEqualTo(done("metadata:\n  name: web\n  uid: \"7\""));
    }

    @Test
    void deletePicksByLabelsOrTakesAll() {
        agent.onList(
                        "GET /api/v1/services?namespace=default",
                        "{\"metadata\":{\"name\":\"a\",\"labels\":{\"app\":\"x\"}}}",
                        "{\"metadata\":{\"name\":\"b\"}}")
                .on(DELETE, 200, "{\"items\":[{\"result\":\"deleted\"}]}")
                .on(DELETE, 200, "{\"items\":[{\"result\":\"deleted\"},{\"result\":\"deleted\"}]}");
        assertThat(Dialogue.with(agent, "delete", "svc", "-l", "app in (x,y)"))
                .isEqualTo(done("service \"a\" deleted"));
        assertThat(Dialogue.with(agent, "delete", "services", "--all", "-o", "name"))
                .isEqualTo(done("service/a\nservice/b"));
        assertThat(Dialogue.with(agent, "delete", "services", "-l", "app=z"))
                .isEqualTo(new Dialogue(0, "", "No resources found\n"));
    }

    @Test
    void deleteTakesWhatKubectlsUsersAdd() {
        agent.on(DELETE, 200, "{\"items\":[{\"result\":\"deleted\"}]}");
        String words = "delete pod --force --grace-period=0 --now --wait=false web-1";
        assertThat(Dialogue.with(agent, words.split(" "))).isEqualTo(done("pod \"web-1\" deleted"));
        assertThat(agent.questions()).hasSize(1);
        agent.on("GET " + WEB_1, 404, NOT_FOUND);
        assertThat(Dialogue.with(agent, "delete", "--wait", "pod", "web-1")).isEqualTo(done("pod \"web-1\" deleted"));
    }

    @Test
    void describeTellsOfThoseThatAreThere() {
        agent.on("GET " + WEB_1, 200, "{\"metadata\":{\"name\":\"web-1\"}}")
                .on("GET /api/v1/pods/b?namespace=default", 200, "{\"metadata\":{\"name\":\"b\"}}")
                .on("GET /api/v1/pods/no?namespace=default", 404, "{\"message\":\"pods \\\"no\\\" not found\"}");
        Dialogue dialogue = Dialogue.with(agent, "describe", "pods", "web-1", "no", "b");
        assertThat(dialogue.exitCode()).isEqualTo(1);
        assertThat(dialogue.out()).startsWith("Name:             web-1\n").contains("\n\n\nName:             b\n");
        assertThat(dialogue.err()).isEqualTo("osier: describe: pods \"no\" not found\n");
        assertThat(Dialogue.with(agent, "describe", "pod/b").out()).startsWith("Name:             b\n");
    }

    @Test
    void deletePodWaitsUntilItIsGone() {
        agent.on(DELETE, 200, "{\"items\":[{\"result\":\"deleted\"}]}")
                .on("GET " + WEB_1, 200, RUNNING)
                .on("GET " + WEB_1, 404, NOT_FOUND);
        assertThat(Dialogue.with(agent, "delete", "pod", "web-1")).isEqualTo(done("pod \"web-1\" deleted"));
        assertThat(agent.questions()).hasSize(3);
    }

    @Test
    void deleteGoesOnBehindWhatIsMissingAndFails() {
        agent.on(DELETE, 200, """
                {"items":[{"code":404,"message":"pods \\"web-1\\" not found"},{"result":"deleted"}]}""");
        assertThat(Dialogue.with(agent, "delete", "pod/web-1", "svc/web"))
                .isEqualTo(new Dialogue(1, "service \"web\" deleted\n", "osier: delete: pods \"web-1\" not found\n"));
    }

    @Test
    void deleteMayIgnoreWhatIsMissing() {
        agent.on(DELETE, 200, """
                {"items":[{"code":404,"message":"pods \\"web-1\\" not found"}]}""");
        assertThat(Dialogue.with(agent, "delete", "pod", "web-1", "--ignore-not-found"))
                .isEqualTo(new Dialogue(0, "", ""));
    }

    @Test
    void deleteFlowsCountsThoseOfAllNodes() {
        agent.on(
                "DELETE /osier/v1/flows?node=*&namespace=default&service=web%3Ahttp",
                200, "{\"items\":[{\"node\":\"node-a\",\"deleted\":3},{\"node\":\"node-b\",\"deleted\":2}]}");
        assertThat(Dialogue.with(agent, "delete", "flows", "--service", "web:http"))
                .isEqualTo(new Dialogue(0, "5 flows deleted\n", ""));
    }

    @Test
    void deleteFlowsSaysWhichNodesKeepTheirs() {
        agent.on(
                "DELETE /osier/v1/flows?node=*&all=true",
                200,
                "{\"items\":[{\"node\":\"node-a\",\"deleted\":1}],\"unreachable\":[\"node-b\"]}");
        assertThat(Dialogue.with(agent, "delete", "flow", "--all"))
                .isEqualTo(new Dialogue(1, "1 flow deleted\n", "osier: delete: node node-b did not answer\n"));
    }

    @Test
    void describePod() {
        agent.on("GET " + WEB_1, 200, """
                {"metadata":{"name":"web-1","namespace":"default","labels":{"app":"web"}},
                 "spec":{"nodeName":"node-a","restartPolicy":"Always","containers":[{"name":"web-1","command":["nc","-l"]}]},
                 "status":{"phase":"Running","podIP":"10.32.0.2",
                  "podIPs":[{"ip":"10.32.0.2"},{"ip":"fd6f:7369:6572:1::a20:2"}],"restartCount":3,
                  "containerStatuses":[{"name":"web-1","ready":false,"restartCount":3,
                   "state":{"waiting":{"reason":"CrashLoopBackOff","message":"it ended"}}}]}}""");
        Dialogue dialogue = Dialogue.with(agent, "describe", "po", "web-1");
        assertThat(dialogue.exitCode()).isZero();
        assertThat(dialogue.out())
                .startsWith("Name:             web-1\nNamespace:        default\nLabels:           app=web\n")
                .contains("Node:             node-a\n", "Status:           Running\n", "IP:               10.32.0.2\n")
                .contains("IPs:              10.32.0.2,fd6f:7369:6572:1::a20:2\n")
                .contains("Restarts:         3\n")
                .endsWith("""
                Container:        web-1
                  Command:        nc -l
                  State:          Waiting
                    Reason:       CrashLoopBackOff
                    Message:      it ended
                  Ready:          False
                  Restart Count:  3
                """);
    }

    @Test
    void describeServiceWithItsEndpoints() {
        agent.on("GET /api/v1/services/web?namespace=default", 200, """
                {"metadata":{"name":"web"},"spec":{"clusterIP":"10.96.0.10","selector":{"app":"web"},
                 "ports":[{"port":80,"protocol":"TCP","targetPort":9876}]}}""")
                .onList("GET /api/v1/endpoints?namespace=default", """
                {"metadata":{"name":"web"},"subsets":[{"addresses":[{"ip":"10.32.0.2"}],"ports":[{"port":9876}]}]}""");
        assertThat(Dialogue.with(agent, "describe", "service", "web").out())
                .contains("Selector:         app=web\n", "IP:               10.96.0.10\n")
                .contains("Port:             <unset>  80/TCP\n", "TargetPort:       9876/TCP\n")
                .contains("Endpoints:        10.32.0.2:9876\n");
    }

    @Test
    void describeAlignsBehindTheLongestLabel() {
        agent.on("GET /api/v1/services/web?namespace=default", 200, """
                {"metadata":{"name":"web"},"spec":{"clusterIP":"10.96.0.10","internalTrafficPolicy":"Local"}}""")
                .onList("GET /api/v1/endpoints?namespace=default", "");
        assertThat(Dialogue.with(agent, "describe", "service", "web").out())
                .contains("Name:                    web\n", "Internal Traffic Policy: Local\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "create ~ 2 ~ osier: create: say what to create: pod, service or node, or -f FILE: see 'osier create --help'",
                "create pod ~ 2 ~ osier: create pod: Missing required parameter: 'NAME': see 'osier create pod --help'",
                "create service web ~ 2 ~ osier: create service: Missing required option: '--port=PORT:TARGET[/tcp|udp|sctp]': see 'osier create service --help'",
                "create service web --port 80:1/x ~ 2 ~ osier: create service: --port 80:1/x: write PORT:TARGET[/tcp|udp|sctp], as in 80:8080",
                "create service web --port 99999999999 ~ 2 ~ osier: create service: --port 99999999999: must be between 1 and 65535",
                "create service web --port 70000:80 ~ 2 ~ osier: create service: spec.ports[0].port: Invalid value: \"70000\": must be between 1 and 65535, inclusive",
                "create service web --port 80:8080 --port 80:9090 ~ 2 ~ osier: create service: --port 80:9090: Duplicate value: \"80/TCP\"",
                "create service web --port 53/udp --port 080 --port 80/tcp ~ 2 ~ osier: create service: --port 80/tcp: Duplicate value: \"80/TCP\"",
                "create service web --port 80 --type NodePort --node-port 80 ~ 2 ~ osier: create service: spec.ports[0].nodePort: Invalid value: \"80\": provided port is not in the valid range. The range of valid ports is 30000-32767",
                "create service web --port 80 --session-affinity x ~ 2 ~ osier: create service: spec.sessionAffinity: Invalid value: \"x\": must be None or ClientIP",
                "create service web --port 80 --type X ~ 2 ~ osier: create service: spec.type: Invalid value: \"X\": must be ClusterIP, NodePort or LoadBalancer",
                "create service web --port 80 --selector app ~ 2 ~ osier: create service: Invalid value for option '--selector' (K=V): \"app\" is not K=V: see 'osier create service --help'",
                "create pod web-1 --ip x ~ 2 ~ osier: create pod: spec.podIP: Invalid value: \"x\": must be an IPv4 address",
                "create pod web-1 -l =x ~ 2 ~ osier: create pod: Invalid value for option '--labels' (K=V): \"=x\" is not K=V: see 'osier create pod --help'",
                "create node kernel --address x --pod-cidr 10.32.9.0/24 ~ 2 ~ osier: create node: --address x: must be an IP address",
                "create node kernel --address 172.30.0.09 --pod-cidr 10.32.9.0/24 ~ 2 ~ osier: create node: --address 172.30.0.09: must not have leading 0s",
                "create pod web-1 --ip 010.32.0.50 ~ 2 ~ osier: create pod: spec.podIP: Invalid value: \"010.32.0.50\": must not have leading 0s",
                "create node kernel ~ 2 ~ osier: create node: Missing required options: '--address=UNDERLAY', '--pod-cidr=CIDR': see 'osier create node --help'",
                "delete ~ 2 ~ osier: delete: say KIND NAME, or -f FILE",
                "delete pod ~ 2 ~ osier: delete: say which pod, or --all, or -l with labels",
                "delete pod x --all ~ 2 ~ osier: delete: --all goes with a kind alone: leave out x",
                "delete pod/x y ~ 2 ~ osier: delete: y: write KIND/NAME, as the others are",
                "delete pods,flows --all ~ 2 ~ osier: delete: flows cannot be deleted together with others",
                "delete flows --all -o name ~ 2 ~ osier: delete: -o name is not offered for flows: they have none",
                "delete pod x -o json ~ 2 ~ osier: delete: -o json is not offered here: see 'osier delete --help'",
                "delete routes x ~ 2 ~ osier: delete: routes cannot be deleted",
                "delete flows ~ 2 ~ osier: delete: say which flows: --pod, --service, --backend, --state or --all",
                "delete flows x --all ~ 2 ~ osier: delete: flows have no names: leave out x",
                "delete pod x --state ESTABLISHED ~ 2 ~ osier: delete: --state is for flows, not for pods",
                "delete dogs x ~ 2 ~ osier: delete: unknown kind \"dogs\": this knows nodes, pods, services, endpoints, endpointslices, networkpolicies, routes, fdb, flows and leases",
                "describe fdb x ~ 2 ~ osier: describe: fdb are shown by 'osier get fdb'",
                "apply ~ 2 ~ osier: apply: say -f FILE",
            })
    void saysInOneLineHowItIsUsed(String words, int exitCode, String message) {
        assertThat(Dialogue.with(agent, words.split(" "))).isEqualTo(new Dialogue(exitCode, "", message + "\n"));
        assertThat(agent.questions()).isEmpty();
    }

    private static Dialogue done(String lines) {
        return new Dialogue(0, lines + "\n", "");
    }
}
