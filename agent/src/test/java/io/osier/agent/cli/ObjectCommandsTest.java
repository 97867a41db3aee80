package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code osier create}, {@code apply}, {@code delete} and {@code describe}: what they ask of an agent and what they say. */
@Timeout(60)
class ObjectCommandsTest {
    private static final String NOT_FOUND = "{\"message\":\"pods \\\"web-1\\\" not found\"}";
    private static final String APPLY = "POST /osier/v1/apply?namespace=default";
    private static final String DELETE = "POST /osier/v1/delete?namespace=default";
    private static final String RUNNING = "{\"status\":{\"phase\":\"Running\"}}";
    private static final String PENDING = "{\"status\":{\"phase\":\"Pending\"}}";
    private static final String WEB_1 = "/api/v1/pods/web-1?namespace=default";

    @TempDir
    private Path directory;

    private FakeAgent agent;

    @BeforeEach
    void listen() throws IOException {
        agent = new FakeAgent(directory.resolve("api.sock"));
    }

    @AfterEach
    void close() {
        agent.close();
    }

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
    void applySaysWhatBecameOfEachObject() throws IOException {
        Path file = manifests();
        agent.on(APPLY, 200, "{\"items\":[{\"result\":\"created\"},{\"result\":\"unchanged\"}]}");
        assertThat(Dialogue.with(agent, "apply", "-f", file.toString()))
                .isEqualTo(done("pod/web-1 created\nservice/web unchanged"));
        assertThat(agent.questions()).hasSize(1);
        assertThat(agent.questions().get(0))
                .startsWith(APPLY + " {\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{")
                .containsSubsequence("\"kind\":\"Pod\"", "\"namespace\":\"prod\"", "\"kind\":\"Service\"");
    }

    @Test
    void anObjectOfAnotherNamespaceThanTheOneAskedForIsRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("pods.yaml"), """
                {kind: Pod, apiVersion: v1, metadata: {name: a, namespace: other}}
                ---
                {kind: Pod, apiVersion: v1, metadata: {name: b}}
                ---
                {kind: Node, apiVersion: v1, metadata: {name: c, namespace: other}}
                """);
        String complaint = "osier: " + file + ": document 1, line 1: metadata.namespace: the namespace from the"
                + " provided object \"other\" does not match the namespace \"default\": pass --namespace=other\n";
        agent.on(APPLY, 200, created(2))
                .on(DELETE, 200, "{\"items\":[{\"result\":\"deleted\"},{\"result\":\"deleted\"}]}")
                .on("GET /api/v1/pods/b?namespace=default", 404, NOT_FOUND);

        assertThat(Dialogue.with(agent, "apply", "-n", "default", "-f", file.toString()))
                .isEqualTo(new Dialogue(1, "pod/b created\nnode/c created\n", complaint));
        assertThat(Dialogue.with(agent, "-n", "default", "delete", "-f", file.toString()))
                .isEqualTo(new Dialogue(1, "pod \"b\" deleted\nnode \"c\" deleted\n", complaint));
    }

    /** Rather than refuse what works for the most part, or be silent about the part that does not. */
    @Test
    void applyWarnsOfCommandsThatAreNotRun() throws IOException {
        Path file = Files.writeString(directory.resolve("pod.yaml"), """
                kind: Pod
                apiVersion: v1
                metadata: {name: web-1}
                spec:
                  containers:
                  - {name: pause, image: pause}
                  - {name: web, command: [httpd]}
                  - name: sidecar
                    command: [tail]
                """);
        agent.on(APPLY, 200, created(1));
        assertThat(Dialogue.with(agent, "apply", "-f", file.toString()))
                .isEqualTo(new Dialogue(
                        0,
                        "pod/web-1 created\n",
                        "Warning: " + file + ": document 1, line 9: spec.containers[2].command: not run:"
                                + " of the containers of a pod only the first one with a command is run\n"));
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
    void whatIsAppliedIsShownInTheFormatThatIsAskedFor() throws IOException {
        String file = manifests().toString();
        agent.on(APPLY, 200, "{\"items\":[{\"result\":\"created\"},{\"result\":\"unchanged\"}]}");
        assertThat(Dialogue.with(agent, "apply", "-o", "name", "-f", file)).isEqualTo(done("pod/web-1\nservice/web"));

        agent.on(APPLY + "&objects=true", 200, """
                {"items":[{"result":"created","object":{"a":1}},{"result":"unchanged","object":{"b":2}}]}""");
        assertThat(Dialogue.with(agent, "apply", "-o", "yaml", "-f", file))
                .isEqualTo(done("apiVersion: v1\nkind: List\nitems:\n- a: 1\n- b: 2"));
    }

    @Test
    void ofWhatIsAppliedOnlyWhatWasNotRefusedIsShown() throws IOException {
        agent.on(APPLY + "&objects=true", 200, """
                {"items":[{"code":409,"message":"busy"},{"result":"unchanged","object":{"b":2}}]}""");
        Dialogue dialogue =
                Dialogue.with(agent, "apply", "-o", "yaml", "-f", manifests().toString());
        assertThat(dialogue.exitCode()).isEqualTo(1);
        assertThat(dialogue.out()).isEqualTo("b: 2\n");
        assertThat(dialogue.err()).endsWith(": document 1, line 1: busy\n").hasLineCount(1);
    }

    @Test
    void createOfManifestsMakesNothingOfWhatIsThere() throws IOException {
        agent.on("POST /osier/v1/create?namespace=default", 200, """
                {"items":[{"code":409,"message":"pods \\"web-1\\" already exists"},{"result":"created"}]}""");
        Dialogue dialogue = Dialogue.with(agent, "create", "-f", manifests().toString());
        assertThat(dialogue.exitCode()).isEqualTo(1);
        assertThat(dialogue.out()).isEqualTo("service/web created\n");
        assertThat(dialogue.err()).endsWith("pods \"web-1\" already exists\n").hasLineCount(1);
    }

    @Test
    void manifestsOfADirectoryAreTakenInTheOrderOfTheirNames() throws IOException {
        String service = """
                {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "%s"}, "spec": {"ports": [{"port": 80}]}}""";
        for (String file : List.of("2.yml", "1.yaml", "3.json", "sub/4.yaml", "5.txt")) {
            Path path = directory.resolve("all").resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(
                    path, service.formatted("s" + path.getFileName().toString().charAt(0)));
        }
        agent.on(APPLY, 200, created(1));
        String all = directory.resolve("all").toString();
        assertThat(Dialogue.with(agent, "apply", "-o", "name", "-f", all))
                .isEqualTo(done("service/s1\nservice/s2\nservice/s3"));
        assertThat(Dialogue.with(agent, "apply", "-o", "name", "-R", "-f", all).out())
                .endsWith("service/s4\n");
        assertThat(Dialogue.with(agent, "apply", "-o", "name", "-f", all + "/2.yml," + all + "/1.yaml"))
                .isEqualTo(done("service/s2\nservice/s1"));
    }

    @Test
    void aDirectoryWithoutManifestsIsAFailure() throws IOException {
        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertThat(Dialogue.with(agent, "apply", "-f", empty.toString()))
                .isEqualTo(new Dialogue(1, "", "osier: " + empty + ": no .yaml, .yml or .json file in it\n"));
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
    void applySendsManyObjectsInFewQuestions() throws IOException {
        int services = 2500;
        StringBuilder text = new StringBuilder();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < services; i++) {
            text.append("---\nkind: Service\napiVersion: v1\nmetadata: {name: web-" + i + "}\n");
            text.append(i == 150 ? "spec: {ports: [{prot: 80}]}\n" : "spec: {ports: [{port: 80}]}\n");
            lines.append(i == 150 ? "" : "service/web-" + i + " created\n");
        }
        Path file = Files.writeString(directory.resolve("many.yaml"), text);
        agent.on(APPLY, 200, created(100)).on(APPLY, 200, created(2000)).on(APPLY, 200, created(399));

        Dialogue dialogue = Dialogue.with(agent, "apply", "-f", file.toString());

        assertThat(dialogue.exitCode()).isEqualTo(1);
        assertThat(dialogue.out()).isEqualTo(lines.toString());
        assertThat(dialogue.err())
                .contains("document 151, line 755: unknown field \"spec.ports[0].prot\"")
                .hasLineCount(1);
        assertThat(agent.questions()).hasSize(3);
    }

    @Test
    void applySaysWhereItWasStopped() throws IOException {
        agent.on(APPLY, 200, "{\"items\":[{\"result\":\"created\"}],\"stopped\":\"store: cannot write x: gone\"}");
        assertThat(Dialogue.with(agent, "apply", "-f", manifests().toString()))
                .isEqualTo(new Dialogue(1, "pod/web-1 created\n", "osier: apply: store: cannot write x: gone\n"));
    }

    private static String created(int count) {
        return "{\"items\":[" + String.join(",", Collections.nCopies(count, "{\"result\":\"created\"}")) + "]}";
    }

    @Test
    void applyUsesTheGoodDocumentsOfAFileAndNamesEachBadOne() throws IOException {
        Path file = Files.writeString(directory.resolve("x.yaml"), """
                apiVersion: v1
                kind: Pod
                metadata: {name: a}
                spec: {nodeNam: node-a}
                ---
                apiVersion: v1
                kind: Cat
                ---
                kind: [
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: taken}
                spec:
                  clusterIP: 10.96.0.1
                  ports: [{port: 80}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: web}
                spec: {ports: [{port: 80}]}
                """);
        agent.on(APPLY, 200, """
                {"items":[{"code":422,"message":"spec.clusterIP: Invalid value: taken"},{"result":"created"}]}""");

        Dialogue dialogue = Dialogue.with(agent, "apply", "-f", file.toString());

        assertThat(dialogue.exitCode()).isEqualTo(1);
        assertThat(dialogue.out()).isEqualTo("service/web created\n");
        assertThat(dialogue.err().lines().map(line -> line.replace("osier: " + file + ": ", "")))
                .containsExactly(
                        "document 1, line 4: unknown field \"spec.nodeNam\": did you mean nodeName?",
                        "document 2, line 7: unknown kind \"Cat\": this takes Pod, Service, Endpoints, EndpointSlice, Node",
                        "document 3, line 10: not YAML: expected the node content, but found '<stream end>'",
                        "document 4, line 15: spec.clusterIP: Invalid value: taken");
    }

    @Test
    void deleteNeedsNothingOfAManifestButItsKindAndName() throws IOException {
        Path file = Files.writeString(
                directory.resolve("x.yaml"),
                "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: 7\n---\nkind: Cat\n");
        agent.on(DELETE, 200, "{\"items\":[{\"result\":\"deleted\"}]}");
        Dialogue dialogue = Dialogue.with(agent, "delete", "-f", file.toString());
        assertThat(dialogue.exitCode()).isEqualTo(1);
        assertThat(dialogue.out()).isEqualTo("service \"web\" deleted\n");
        assertThat(dialogue.err())
                .contains("document 2, line 6: unknown kind \"Cat\"")
                .hasLineCount(1);
    }

    @Test
    void applyOfAMissingFile() {
        assertThat(Dialogue.with(agent, "apply", "-f", "/none.yaml"))
                .isEqualTo(new Dialogue(1, "", "osier: /none.yaml: no such file\n"));
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
    void deleteOfManifestsLooksWhereTheySay() throws IOException {
        Path file = manifests();
        agent.on(DELETE, 200, "{\"items\":[{\"result\":\"deleted\"},{\"result\":\"deleted\"}]}")
                .on("GET /api/v1/pods/web-1?namespace=prod", 404, NOT_FOUND);
        assertThat(Dialogue.with(agent, "delete", "-f", file.toString()))
                .isEqualTo(done("pod \"web-1\" deleted\nservice \"web\" deleted"));
    }

    @Test
    void deleteOfManifestsThatAreNotThere() throws IOException {
        agent.on(
                DELETE,
                200,
                "{\"items\":[{\"code\":404,\"message\":\"pods \\\"web-1\\\" not found\"},"
                        + "{\"code\":409,\"message\":\"busy\"}]}");
        assertThat(Dialogue.with(agent, "delete", "-f", manifests().toString()))
                .isEqualTo(new Dialogue(1, "", "osier: delete: pods \"web-1\" not found\nosier: delete: busy\n"));
        assertThat(Dialogue.with(
                        agent, "delete", "--ignore-not-found", "-f", manifests().toString()))
                .isEqualTo(new Dialogue(1, "", "osier: delete: busy\n"));
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
                  "podIPs":[{"ip":"10.32.0.2"},{"ip":"fd6f:7369:6572:1::a20:2"}],"restartCount":3}}""");
        Dialogue dialogue = Dialogue.with(agent, "describe", "po", "web-1");
        assertThat(dialogue.exitCode()).isZero();
        assertThat(dialogue.out())
                .startsWith("Name:             web-1\nNamespace:        default\nLabels:           app=web\n")
                .contains("Node:             node-a\n", "Status:           Running\n", "IP:               10.32.0.2\n")
                .contains("IPs:              10.32.0.2,fd6f:7369:6572:1::a20:2\n")
                .contains("Restarts:         3\n", "nc -l\n");
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
                "create service web --port 80 --session-affinity x ~ 2 ~ osier: create service: spec.sessionAffinity: Invalid value: \"x\": must be None or ClientIP",
                "create service web --port 80 --type X ~ 2 ~ osier: create service: spec.type: Invalid value: \"X\": must be ClusterIP, NodePort or LoadBalancer",
                "create service web --port 80 --selector app ~ 2 ~ osier: create service: Invalid value for option '--selector' (K=V): \"app\" is not K=V: see 'osier create service --help'",
                "create pod web-1 --ip x ~ 2 ~ osier: create pod: spec.podIP: Invalid value: \"x\": must be an IPv4 address",
                "create pod web-1 -l =x ~ 2 ~ osier: create pod: Invalid value for option '--labels' (K=V): \"=x\" is not K=V: see 'osier create pod --help'",
                "create node kernel --address x --pod-cidr 10.32.9.0/24 ~ 2 ~ osier: create node: --address x: must be an IP address",
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
                "delete pod x --state y ~ 2 ~ osier: delete: --state is for flows, not for pods",
                "delete dogs x ~ 2 ~ osier: delete: unknown kind \"dogs\": this knows nodes, pods, services, endpoints, endpointslices, routes, fdb, flows and leases",
                "describe fdb x ~ 2 ~ osier: describe: fdb are shown by 'osier get fdb'",
                "apply ~ 2 ~ osier: apply: say -f FILE",
            })
    void saysInOneLineHowItIsUsed(String words, int exitCode, String message) {
        assertThat(Dialogue.with(agent, words.split(" "))).isEqualTo(new Dialogue(exitCode, "", message + "\n"));
        assertThat(agent.questions()).isEmpty();
    }

    private Path manifests() throws IOException {
        return Files.writeString(directory.resolve("web.yaml"), """
                apiVersion: v1
                kind: Pod
                metadata: {name: web-1, namespace: prod}
                spec: {containers: [{name: c, image: nginx}]}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: web}
                spec: {ports: [{port: 80}]}
                """);
    }

    private static Dialogue done(String lines) {
        return new Dialogue(0, lines + "\n", "");
    }
}
