package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code osier get}, word by word as kubectl, netstat and bridge print it. */
@Timeout(60)
class GetCommandTest extends WithFakeAgent {
    private static final String PODS = "GET /api/v1/pods?namespace=default&allNamespaces=false";
    private static final String SERVICES = "GET /api/v1/services?namespace=default&allNamespaces=false";

    private static final String WEB_1 = pod("web-1", "default", "{\"app\":\"web\"}", "node-a", """
            {"phase":"Running","podIP":"10.32.0.2","restartCount":0,"containerStatuses":[{"ready":true}]}""");
    private static final String WEB_2 = pod("web-2", "default", "{\"app\":\"web\",\"tier\":\"b\"}", "node-b", """
            {"phase":"Running","podIP":"10.32.1.2","restartCount":12,"reason":"CrashLoopBackOff",
             "containerStatuses":[{"ready":false}]}""");
    private static final String NEW = pod("db", "default", "{\"app\":\"db\"}", "node-a", """
            {"phase":"Pending","containerStatuses":[{"ready":false}]}""");
    private static final String WEB = """
            {"metadata":{"name":"web","namespace":"default","creationTimestamp":"%s"},
             "spec":{"clusterIP":"10.96.0.10","type":"ClusterIP","selector":{"app":"web"},
                     "ports":[{"port":80,"protocol":"TCP","targetPort":9876},{"port":53,"protocol":"UDP"}]}}""".formatted(threeHoursAgo());

    @Test
    void podsWideSayWhereEachIs() {
        agent.onList(PODS, WEB_1, WEB_2, NEW);
        assertThat(ask("get", "pods", "-o", "wide")).isEqualTo("""
                NAME    READY   STATUS             RESTARTS   AGE   IP          NODE
                web-1   1/1     Running            0          3h    10.32.0.2   node-a
                web-2   0/1     CrashLoopBackOff   12         3h    10.32.1.2   node-b
                db      0/1     Pending            0          3h    <none>      node-a
                """);
    }

    @Test
    void podsAreOfTheNamespaceThatIsAskedFor() {
        agent.onList("GET /api/v1/pods?namespace=prod&allNamespaces=false", WEB_1);
        assertThat(ask("-n", "prod", "get", "po")).isEqualTo("""
                NAME    READY   STATUS    RESTARTS   AGE
                web-1   1/1     Running   0          3h
                """);
    }

    @Test
    void podsOfAllNamespacesSayWhichIsTheirs() {
        agent.onList(
                "GET /api/v1/pods?namespace=default&allNamespaces=true", WEB_1, pod("x", "prod", "{}", "node-a", """
                {"phase":"Pending","containerStatuses":[{"ready":false}]}"""));
        assertThat(ask("get", "pods", "-A")).isEqualTo("""
                NAMESPACE   NAME    READY   STATUS    RESTARTS   AGE
                default     web-1   1/1     Running   0          3h
                prod        x       0/1     Pending   0          3h
                """);
    }

    @Test
    void namesAreOfKindAndName() {
        agent.onList("GET /osier/v1/leases", """
                {"metadata":{"name":"10.32.0.0-24"},"subnet":"10.32.0.0/24","node":"node-a"}""");
        assertThat(ask("get", "leases", "-o", "name")).isEqualTo("lease/10.32.0.0-24\n");
    }

    @Test
    void aPodSaysHowManyOfItsContainersAreReady() {
        agent.on(
                "GET /api/v1/pods/web-1?namespace=default",
                200,
                WEB_1.replace("{\"ready\":true}", "{\"ready\":true},{\"ready\":false}"));
        assertThat(ask("get", "pod", "web-1")).contains("web-1   1/2     Running");
    }

    @Test
    void aPodThatIsBeingDeletedIsTerminating() {
        agent.on("GET /api/v1/pods/web-1?namespace=default", 200, WEB_1.replace("\"name\":\"web-1\"", """
                "name":"web-1","deletionTimestamp":"2026-01-01T00:00:00Z\""""));
        assertThat(ask("get", "pod", "web-1")).contains("web-1   1/1     Terminating   0");
    }

    @Test
    void services() {
        agent.onList(SERVICES, WEB);
        assertThat(ask("get", "services")).isEqualTo("""
                NAME   TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)         AGE
                web    ClusterIP   10.96.0.10   <none>        80/TCP,53/UDP   3h
                """);
    }

    @Test
    void endpointSlicesAsKubectlListsThem() {
        String full = """
                {"metadata":{"name":"web-abc12"},"addressType":"IPv4","ports":[{"port":80},{"port":443}],
                 "endpoints":[{"addresses":["10.32.0.2"]},{"addresses":["10.32.1.2"]}]}""";
        String empty = "{\"metadata\":{\"name\":\"none\"},\"addressType\":\"IPv4\"}";
        agent.onList("GET /api/v1/endpointslices?namespace=default&allNamespaces=false", full, empty);
        assertThat(Dialogue.with(agent, "get", "endpointslices").out().lines().map(String::strip))
                .containsExactly(
                        "NAME        ADDRESSTYPE   PORTS     ENDPOINTS             AGE",
                        "web-abc12   IPv4          80,443    10.32.0.2,10.32.1.2   <unknown>",
                        "none        IPv4          <unset>   <unset>               <unknown>");
    }

    @Test
    void endpointsWithAndWithoutAddresses() {
        String full = """
                {"metadata":{"name":"web","creationTimestamp":"%s"},"subsets":[
                 {"addresses":[{"ip":"10.32.0.2"},{"ip":"10.32.1.2"}],"ports":[{"port":80},{"port":443}]}]}""".formatted(threeHoursAgo());
        String empty = "{\"metadata\":{\"name\":\"none\",\"creationTimestamp\":\"" + threeHoursAgo() + "\"}}";
        agent.onList("GET /api/v1/endpoints?namespace=default&allNamespaces=false", full, empty);
        assertThat(ask("get", "ep")).isEqualTo("""
                NAME   ENDPOINTS                                               AGE
                web    10.32.0.2:80,10.32.1.2:80,10.32.0.2:443,10.32.1.2:443   3h
                none   <none>                                                  3h
                """);
    }

    @Test
    void endpointsOfIpv6HaveTheirPortsBehindBrackets() {
        agent.onList("GET /api/v1/endpoints?namespace=default&allNamespaces=false", """
                {"metadata":{"name":"web"},"subsets":[
                 {"addresses":[{"ip":"fd00::1"},{"ip":"10.32.1.2"}],"ports":[{"port":8080}]}]}""");
        assertThat(ask("get", "endpoints")).isEqualTo("""
                NAME   ENDPOINTS                       AGE
                web    [fd00::1]:8080,10.32.1.2:8080   <unknown>
                """);
    }

    @Test
    void nodesWideSayTheirAddressesAndRanges() {
        String nodeA = """
                {"metadata":{"name":"node-a","creationTimestamp":"%s"},"spec":{"podCIDR":"10.32.0.0/24"},
                 "status":{"ready":true,"version":"0.1.0","addresses":[{"type":"InternalIP","address":"172.30.0.1"}]}}""".formatted(threeHoursAgo());
        String lost = """
                {"metadata":{"name":"node-b","creationTimestamp":"%s"},"spec":{"podCIDR":"10.32.1.0/24"},
                 "status":{"ready":false,"version":"0.1.0","addresses":[{"type":"InternalIP","address":"172.30.0.2"}]}}""".formatted(threeHoursAgo());
        agent.onList("GET /api/v1/nodes?namespace=default&allNamespaces=false", nodeA, lost);
        assertThat(ask("get", "nodes", "-o", "wide")).isEqualTo("""
                NAME     STATUS     ROLES    AGE   VERSION   INTERNAL-IP   POD-CIDR
                node-a   Ready      <none>   3h    0.1.0     172.30.0.1    10.32.0.0/24
                node-b   NotReady   <none>   3h    0.1.0     172.30.0.2    10.32.1.0/24
                """);
    }

    @Test
    void routesAsNetstatPrintsThem() {
        agent.onList("GET /osier/v1/routes?node=node-a", """
                {"destination":"10.32.0.0","gateway":"0.0.0.0","genmask":"255.255.255.0","flags":"U",
                 "mss":0,"window":0,"irtt":0,"iface":"osier0"}""", """
                {"destination":"10.32.1.0","gateway":"172.30.0.2","genmask":"255.255.255.0","flags":"UG",
                 "mss":0,"window":0,"irtt":0,"iface":"vxlan1"}""");
        assertThat(ask("--node", "node-a", "get", "routes")).isEqualTo("""
                Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface
                10.32.0.0       0.0.0.0         255.255.255.0   U         0 0          0 osier0
                10.32.1.0       172.30.0.2      255.255.255.0   UG        0 0          0 vxlan1
                """);
    }

    @Test
    void routesOfIpv6AsNetstatPrintsThem() {
        agent.onList("GET /osier/v1/routes?node=node-a&ipv6=true", """
                {"destination":"fd6f:7369:6572:1::a20:0/120","nextHop":"::","flags":"U","metric":0,"ref":0,"use":0,
                 "iface":"osier0"}""", """
                {"destination":"fd6f:7369:6572:1::a20:100/120","nextHop":"172.30.0.2","flags":"UG","metric":0,"ref":0,
                 "use":0,"iface":"vxlan1"}""");
        assertThat(ask("--node", "node-a", "get", "routes", "-6")).isEqualTo("""
                Destination                    Next Hop                   Flag Met Ref  Use If
                fd6f:7369:6572:1::a20:0/120    ::                         U    0   0      0 osier0
                fd6f:7369:6572:1::a20:100/120  172.30.0.2                 UG   0   0      0 vxlan1
                """);
        agent.on("GET /osier/v1/routes?ipv6=true", 400, "{\"message\":\"node node-a has no IPv6 range\"}");
        assertThat(Dialogue.with(agent, "get", "routes", "-6"))
                .isEqualTo(new Dialogue(1, "", "osier: get: node node-a has no IPv6 range\n"));
    }

    @Test
    void stationsAsBridgePrintsThem() {
        agent.onList(
                "GET /osier/v1/fdb",
                "{\"mac\":\"0a:58:0a:20:00:02\",\"dev\":\"web-1\",\"state\":\"permanent\"}",
                "{\"mac\":\"0a:58:0a:20:01:02\",\"dev\":\"vxlan1\",\"dst\":\"172.30.0.2\",\"state\":\"\"}");
        assertThat(ask("get", "fdb")).isEqualTo("""
                0a:58:0a:20:00:02 dev web-1 permanent
                0a:58:0a:20:01:02 dev vxlan1 dst 172.30.0.2 self
                """);
    }

    @Test
    void flowsOfAllNodesUnlessOneIsNamed() {
        agent.onList("GET /osier/v1/flows?node=*", """
                {"proto":"tcp","client":"10.32.0.3:40000","service":"10.96.0.10:80","backend":"10.32.1.2:9876",
                 "state":"ESTABLISHED","expiresSeconds":7440,"packets":12,"bytes":3456,"node":"node-a"}""");
        assertThat(ask("get", "flows")).isEqualTo("""
                PROTO   CLIENT            SERVICE         BACKEND          STATE         EXPIRES   PACKETS   BYTES
                tcp     10.32.0.3:40000   10.96.0.10:80   10.32.1.2:9876   ESTABLISHED   7440s     12        3456
                """);
    }

    @Test
    void flowsArePickedByTheAgents() {
        agent.onList(
                "GET /osier/v1/flows?node=node-b&namespace=default&pod=web-1&backend=10.32.1.2%3A9876&state=ASSURED");
        assertThat(ask(
                        "--node",
                        "node-b",
                        "get",
                        "flows",
                        "--pod",
                        "web-1",
                        "--backend",
                        "10.32.1.2:9876",
                        "--state",
                        "assured"))
                .isEqualTo("PROTO   CLIENT   SERVICE   BACKEND   STATE   EXPIRES   PACKETS   BYTES\n");
    }

    @Test
    void flowsOfANodeThatDoesNotAnswerAreMissedAloud() {
        agent.on("GET /osier/v1/flows?node=*", 200, "{\"items\":[],\"unreachable\":[\"node-b\"]}");
        Dialogue dialogue = Dialogue.with(agent, "get", "flows");
        assertThat(dialogue.out()).startsWith("PROTO");
        assertThat(dialogue.err()).isEqualTo("osier: get: node node-b did not answer\n");
    }

    @Test
    void jsonOfAListIsKubernetesShaped() {
        agent.onList(PODS, WEB_1, WEB_2);
        assertThat(ask("get", "pods", "-o", "json"))
                .startsWith("{\n")
                .contains("\"apiVersion\"", "\"kind\"", "\"List\"", "\"items\"", "\"podIP\"")
                .endsWith("}\n");
    }

    @Test
    void jsonOfOneObjectIsThatObject() {
        agent.on("GET /api/v1/pods/web-1?namespace=default", 200, WEB_1);
        assertThat(ask("get", "pod", "web-1", "-o", "json"))
                .contains("\"web-1\"")
                .doesNotContain("items");
    }

    @Test
    void jsonOfSeveralKindsIsOneDocument() {
        agent.onList(PODS, WEB_1).onList(SERVICES, WEB);
        var tree = io.osier.agent.model.Json.parse(
                ask("get", "pods,svc", "-o", "json").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(tree.path("items")
                        .valueStream()
                        .map(item -> item.path("metadata").path("name").asString()))
                .containsExactly("web-1", "web");
    }

    @Test
    void severalKindsHaveATableEachWhoseNamesSayTheKind() {
        agent.onList(PODS, WEB_1).onList(SERVICES, WEB);
        assertThat(ask("get", "pods,svc")).isEqualTo("""
                NAME        READY   STATUS    RESTARTS   AGE
                pod/web-1   1/1     Running   0          3h

                NAME          TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)         AGE
                service/web   ClusterIP   10.96.0.10   <none>        80/TCP,53/UDP   3h
                """);
    }

    @Test
    void objectsMayBeNamedWithTheirKinds() {
        agent.on("GET /api/v1/pods/web-1?namespace=default", 200, WEB_1);
        agent.on("GET /api/v1/services/web?namespace=default", 200, WEB);
        assertThat(ask("get", "pod/web-1", "svc/web", "-o", "name")).isEqualTo("pod/web-1\nservice/web\n");
    }

    @Test
    void whatIsFoundIsShownBeforeWhatIsMissing() {
        agent.on("GET /api/v1/pods/web-1?namespace=default", 200, WEB_1)
                .on("GET /api/v1/pods/no?namespace=default", 404, "{\"message\":\"pods \\\"no\\\" not found\"}")
                .on("GET /api/v1/pods/web-2?namespace=default", 200, WEB_2);
        assertThat(Dialogue.with(agent, "get", "pods", "web-1", "no", "web-2", "-o", "name"))
                .isEqualTo(new Dialogue(1, "pod/web-1\npod/web-2\n", "osier: get: pods \"no\" not found\n"));
        assertThat(Dialogue.with(agent, "get", "pods", "web-1", "no", "-o", "json")
                        .out())
                .contains("\"List\"");
    }

    @Test
    void allIsPodsAndServices() {
        agent.onList(PODS).onList(SERVICES, WEB);
        assertThat(ask("get", "all")).contains("service/web   ClusterIP");
    }

    @Test
    void tablesMayShowLabelsAndLeaveOutTheirHeaders() {
        agent.onList(PODS, WEB_2, pod("x", "default", "{}", "node-a", """
                {"phase":"Pending","containerStatuses":[{"ready":false}]}"""));
        assertThat(ask("get", "pods", "--show-labels", "--no-headers")).isEqualTo("""
                web-2   0/1   CrashLoopBackOff   12   3h   app=web,tier=b
                x       0/1   Pending            0    3h   <none>
                """);
        assertThat(ask("get", "pods", "--show-labels"))
                .startsWith("NAME    READY   STATUS             RESTARTS   AGE   LABELS\n");
    }

    @Test
    void objectsOfManifestsAreLookedForWhereTheySay() throws IOException {
        Path file = Files.writeString(
                directory.resolve("x.yaml"), "{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: prod}}");
        agent.on("GET /api/v1/pods/web-1?namespace=prod", 200, WEB_1);
        assertThat(ask("get", "-f", file.toString(), "-o", "name")).isEqualTo("pod/web-1\n");
    }

    @Test
    void ofAnOptionThatIsGivenTwiceTheLastCounts() {
        agent.onList(PODS, WEB_1);
        assertThat(ask("-o", "json", "-n", "prod", "get", "pods", "-n", "default", "-o", "name"))
                .isEqualTo("pod/web-1\n");
    }

    @Test
    void yaml() {
        agent.on("GET /api/v1/services/web?namespace=default", 200, WEB);
        assertThat(ask("get", "service", "web", "-o", "yaml"))
                .contains("metadata:\n  name: web\n", "spec:\n  clusterIP: 10.96.0.10\n", "  - port: 80\n");
    }

    @Test
    void nothingFoundIsSaidOnStandardErrorAsKubectlDoes() {
        agent.onList(PODS);
        assertThat(Dialogue.with(agent, "get", "pods"))
                .isEqualTo(new Dialogue(0, "", "No resources found in default namespace.\n"));
        agent.onList("GET /api/v1/nodes?namespace=default&allNamespaces=false");
        assertThat(Dialogue.with(agent, "get", "nodes")).isEqualTo(new Dialogue(0, "", "No resources found\n"));
    }

    @Test
    void nothingFoundIsAnEmptyListForPrograms() {
        agent.onList(PODS);
        assertThat(ask("get", "pods", "-o", "json").replaceAll("\\s", ""))
                .isEqualTo("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[]}");
    }

    @Test
    void globalOptionsMayStandBeforeOrBehindTheCommand() {
        agent.onList(PODS, WEB_1);
        String socket = agent.socket().toString();
        List<Dialogue> same = List.of(
                Dialogue.of("-o", "name", "--socket", socket, "get", "pods"),
                Dialogue.of("-o", "name", "get", "--socket", socket, "pods"),
                Dialogue.of("get", "pods", "-o", "name", "--socket", socket),
                Dialogue.of("get", "-o=name", "--socket=" + socket, "pods"));
        assertThat(same).containsOnly(new Dialogue(0, "pod/web-1\n", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "get                  | 2 | osier: get: say KIND, or KIND NAME, or -f FILE",
                "get pods --state ESTABLISHED | 2 | osier: get: --state is for flows, not for pods",
                "get pods -6          | 2 | osier: get: -6 is for routes, not for pods",
                "get cats             | 2 | osier: get: unknown kind \"cats\": this knows nodes, pods, services, endpoints, endpointslices, networkpolicies, routes, fdb, flows and leases",
                "get pods -o xml      | 2 | osier: get: Invalid value for option '--output': \"xml\" is not table, wide, json, yaml or name: see 'osier get --help'",
                "get routes 10.0.0.0  | 2 | osier: get: routes have no names: leave out 10.0.0.0",
                "get pod/a b          | 2 | osier: get: b: write KIND/NAME, as the others are",
                "get pods -l =x       | 2 | osier: get: -l \"=x\": write K=V, K!=V, K in (V,V), K notin (V,V), K or !K, with commas between",
                "get routes -l a=b    | 2 | osier: get: -l is for objects with labels, not for routes",
                "get fdb --show-labels | 2 | osier: get: --show-labels is for objects with labels, not for fdb",
                "get pod web-1 -l a   | 2 | osier: get: -l goes with a kind alone, not with names",
                "get pods web/1       | 2 | osier: get: web/1: write KIND NAME or KIND/NAME, not both",
                "get pod/a/b          | 2 | osier: get: pod/a/b: write KIND/NAME, with one of each",
                "--node x --socket y get pods | 2 | osier: get: --node and --socket: only one of them can say which agent is asked: see 'osier get --help'",
                "get pods --colour    | 2 | osier: get: Unknown option: '--colour': see 'osier get --help'",
                "get pod nobody       | 1 | osier: get: pods \"nobody\" not found",
                "--node x get pods    | 1 | osier: get: nodes \"x\" not found",
                "--node x get pod/web | 1 | osier: get: nodes \"x\" not found",
            })
    void saysInOneLineWhatIsWrong(String words, int exitCode, String message) {
        agent.onList(PODS, WEB_1)
                .on("GET /api/v1/pods/nobody?namespace=default", 404, "{\"message\":\"pods \\\"nobody\\\" not found\"}")
                .on("GET /api/v1/nodes/x?namespace=default", 404, "{\"message\":\"nodes \\\"x\\\" not found\"}");
        assertThat(Dialogue.with(agent, words.split(" "))).isEqualTo(new Dialogue(exitCode, "", message + "\n"));
    }

    private String ask(String... words) {
        Dialogue dialogue = Dialogue.with(agent, words);
        assertThat(dialogue.err()).isEmpty();
        assertThat(dialogue.exitCode()).isZero();
        return dialogue.out();
    }

    private static String pod(String name, String namespace, String labels, String node, String status) {
        return """
                {"metadata":{"name":"%s","namespace":"%s","labels":%s,"creationTimestamp":"%s"},
                 "spec":{"nodeName":"%s"},"status":%s}""".formatted(name, namespace, labels, threeHoursAgo(), node, status);
    }

    /** Long enough ago that no clock of a slow machine makes another age of it. */
    private static String threeHoursAgo() {
        return Instant.now().minusSeconds(3 * 3600 + 20).toString();
    }
}
