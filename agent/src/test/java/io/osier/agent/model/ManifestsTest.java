package io.osier.agent.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A file in; its objects, or the one line that says what is wrong where. */
@Timeout(60)
class ManifestsTest {
    private static final String POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web-1}\n";
    private static final String SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n";
    private static final String SLICE =
            "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: web-1}\n";

    /** {@code Pod/web-1} for what can be read, the complaint for what cannot. */
    private static List<String> told(String file) {
        List<String> told = new ArrayList<>();
        for (Manifest manifest : Manifests.read(file)) {
            try {
                manifest.bind();
                told.add(manifest.kind().word() + "/" + manifest.name());
            } catch (ValidationException e) {
                told.add(String.valueOf(e.getMessage()));
            }
        }
        return told;
    }

    private static String lines(String text) {
        return text.replace("\\n", "\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "spec: {ports: [{port: 80, tragetPort: 1}]} ~ 4: unknown field \"spec.ports[0].tragetPort\": did you mean targetPort?",
                "spec:\\n  ports:\\n  - port: 80\\n    Protocol: TCP ~ 7: unknown field \"spec.ports[0].Protocol\": did you mean protocol?",
                "spec: {ports: [{port: 80}]}\\nport: 80 ~ 5: unknown field \"port\": did you mean spec.ports[].port?",
                "spec: {ports: [{port: 80}], flavour: x} ~ 4: unknown field \"spec.flavour\"",
                "spec: {ports: [{port: 80}], a: 1, b: 2} ~ 4: unknown field \"spec.a\" (and 1 more after it)",
                "spec: {ports: [{port: http}]} ~ 4: spec.ports[0].port: must be a whole number, not the text \"http\"",
                "spec: {ports: [{port: \"80\"}]} ~ 4: spec.ports[0].port: must be a whole number, not the text \"80\": take the quotes off",
                "spec: {ports: [{port: 80.5}]} ~ 4: spec.ports[0].port: must be a whole number, not the number 80.5",
                "spec: {ports: [{port: 0}]} ~ 4: spec.ports[0].port: Invalid value: \"0\": must be between 1 and 65535, inclusive",
                "spec:\\n  ports:\\n  - port: 1\\n  - port: 65536 ~ 7: spec.ports[1].port: Invalid value: \"65536\": must be between 1 and 65535, inclusive",
                "spec:\\n  type: NodePort\\n  ports:\\n  - {name: a, port: 1, nodePort: 0}\\n  - {name: b, port: 2, nodePort: 40000} ~ 8: spec.ports[1].nodePort: Invalid value: \"40000\": provided port is not in the valid range. The range of valid ports is 30000-32767",
                "spec: {type: NodePort, ports: [{port: 80, nodePort: 99999999999}]} ~ 4: spec.ports[0].nodePort: Invalid value: \"99999999999\": provided port is not in the valid range. The range of valid ports is 30000-32767",
                "spec: {ports: [{targetPort: 80}]} ~ 4: spec.ports[0].port: Required value",
                "spec: {ports: [{port: 80, targetPort: \"8080\"}]} ~ 4: spec.ports[0].targetPort: Invalid value: \"8080\": a number must stand without quotes, a name must have a letter",
                "spec: {ports: [{port: 80, protocol: tcp}]} ~ 4: spec.ports[0].protocol: Invalid value: \"tcp\": must be TCP, UDP or SCTP",
                "spec: {ports: {port: 80}} ~ 4: spec.ports: must be a list, not an object",
                "spec: {ports: [80]} ~ 4: spec.ports[0]: must be an object, not the number 80",
                "spec: [] ~ 4: spec: must be an object, not a list",
                "status: {} ~ 1: spec: Required value",
                "spec: {ports: [{port: 80}], selector: {app: 7}} ~ 4: spec.selector.app: must be a text, not the number 7: write \"7\" in quotes",
                "spec: {ports: [{port: 80}], publishNotReadyAddresses: \"yes\"} ~ 4: spec.publishNotReadyAddresses: must be true or false, not the text \"yes\": take the quotes off",
                "spec: {ports: [{port: 80}], clusterIPs: [10.96.0.1]} ~ 4: spec.clusterIPs[0]: Invalid value: \"10.96.0.1\": must be what clusterIP says",
            })
    void whatIsWrongWithAServiceAndOnWhichLine(String manifest, String complaint) {
        assertThat(told(SERVICE + lines(manifest))).containsExactly("document 1, line " + complaint);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "type: ExternalName ~ spec.type: Invalid value: \"ExternalName\": not served yet: only ClusterIP, NodePort and LoadBalancer are",
                "type: Magic ~ spec.type: Invalid value: \"Magic\": must be ClusterIP, NodePort or LoadBalancer",
                "sessionAffinity: Cookie ~ spec.sessionAffinity: Invalid value: \"Cookie\": must be None or ClientIP",
                "sessionAffinityConfig: {clientIP: {timeoutSeconds: 10}} ~ spec.sessionAffinityConfig: Forbidden: must not be set when sessionAffinity is None",
                "internalTrafficPolicy: Near ~ spec.internalTrafficPolicy: Invalid value: \"Near\": must be Cluster or Local",
                "externalTrafficPolicy: Local ~ spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for externally-accessible services",
                "ipFamilies: [IPv4, IPv9] ~ spec.ipFamilies[1]: Invalid value: \"IPv9\": must be IPv4 or IPv6",
                "ipFamilyPolicy: Dual ~ spec.ipFamilyPolicy: Invalid value: \"Dual\": must be SingleStack, PreferDualStack or RequireDualStack",
                "externalIPs: [127.0.0.1] ~ spec.externalIPs[0]: Invalid value: \"127.0.0.1\": must be an address of one host",
                "externalIPs: [web] ~ spec.externalIPs[0]: Invalid value: \"web\": must be a valid IP address, (e.g. 10.9.8.7)",
                "externalName: example.com ~ spec.externalName: not served yet: leave it out",
                "loadBalancerIP: 192.0.2.1 ~ spec.loadBalancerIP: Forbidden: may only be used when `type` is 'LoadBalancer'",
                "loadBalancerSourceRanges: [10.0.0.0/8] ~ spec.loadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
                "healthCheckNodePort: 30000 ~ spec.healthCheckNodePort: Invalid value: \"30000\": may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
            })
    void whatAServiceAsksForAndIsNotServedYetIsRefusedByName(String field, String complaint) {
        assertThat(told(SERVICE + "spec:\n  ports: [{port: 80}]\n  " + field))
                .containsExactly("document 1, line 6: " + complaint);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "Service ~ osier.io/balance: round-robin ~ [osier.io/balance]: Invalid value: \"round-robin\": must be one of random, maglev, least-connections",
                "Service ~ osier.io/balanse: maglev ~ [osier.io/balanse]: unknown here: did you mean osier.io/balance?",
                "Service ~ osier.io/on-backend-removal: keep ~ [osier.io/on-backend-removal]: Invalid value: \"keep\": must be one of drain, reset, repick",
                "Service ~ osier.io/drain-seconds: \"-1\" ~ [osier.io/drain-seconds]: Invalid value: \"-1\": must be a number from 0 to 86400",
                "Service ~ osier.io/magic: maglev ~ [osier.io/magic]: unknown here: no annotation of Osier's",
                "Pod ~ osier.io/weight: \"0\" ~ [osier.io/weight]: Invalid value: \"0\": must be a number from 1 to 1000",
                "Pod ~ osier.io/weight: heavy ~ [osier.io/weight]: Invalid value: \"heavy\": must be a number from 1 to 1000",
            })
    void anAnnotationOfOursThatMeansNothingIsRefused(String kind, String annotation, String complaint) {
        String spec = kind.equals("Pod") ? "{containers: [{command: [serve]}]}" : "{ports: [{port: 80}]}";
        assertThat(told("""
                        apiVersion: v1
                        kind: %s
                        metadata:
                          name: web
                          annotations: {%s, example.com/balance: anything}
                        spec: %s
                        """.formatted(kind, annotation, spec)))
                .containsExactly("document 1, line 5: metadata.annotations" + complaint);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '^',
            value = {
                "type: ClusterIP, ports: [{port: 80, nodePort: 30080}] ~ spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
                "type: NodePort, ports: [{port: 80, nodePort: 80}] ~ spec.ports[0].nodePort: Invalid value: \"80\": provided port is not in the valid range. The range of valid ports is 30000-32767",
                "type: NodePort, clusterIP: None, ports: [{port: 80}] ~ spec.clusterIP: Invalid value: \"None\": may not be set to 'None' for NodePort services",
                "type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.1/8], ports: [{port: 80}] ~ spec.loadBalancerSourceRanges[0]: Invalid value: \"10.0.0.1/8\": must be a range such as 10.9.8.0/24",
            })
    void whatIsWrongWithHowAServiceIsReachedFromOutside(String spec, String complaint) {
        assertThat(told(SERVICE + "spec: {" + spec + "}"))
                .singleElement()
                .asString()
                .endsWith(complaint);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{name: c, ports: [{containerPort: 80, hostPort: 8080}]} ~ spec.containers[0].ports[0].hostPort: not served yet: leave it out",
                "{name: c, ports: [{containerPort: 99999}]} ~ spec.containers[0].ports[0].containerPort: Invalid value: \"99999\": must be between 1 and 65535, inclusive",
                "{name: c, imag: nginx} ~ unknown field \"spec.containers[0].imag\": did you mean image?",
                "{name: c, command: sleep} ~ spec.containers[0].command: must be a list of texts, not the text \"sleep\"",
                "{name: c, command: [sleep, 10]} ~ spec.containers[0].command[1]: must be a text, not the number 10: write \"10\" in quotes",
                "{name: c, env: [{name: A, value: true}]} ~ spec.containers[0].env[0].value: must be a text, not the boolean true: write \"true\" in quotes",
                "{name: c, env: [{value: a}]} ~ spec.containers[0].env[0].name: Required value",
            })
    void whatIsWrongWithAPod(String container, String complaint) {
        assertThat(told(POD + "spec: {containers: [" + container + "]}"))
                .containsExactly("document 1, line 4: " + complaint);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{name: a}, {name: b}, {name: a} ~ spec.containers[2].name: Duplicate value: \"a\"",
                "{name: a}, {image: b} ~ spec.containers[1].name: Required value",
                "{name: A_b} ~ spec.containers[0].name: Invalid value: \"A_b\": must be at most 63 lower case letters, digits and '-', and begin and end with a letter or digit",
            })
    void containersAreToldApartByTheirNames(String containers, String complaint) {
        assertThat(told(POD + "spec: {containers: [" + containers + "]}"))
                .containsExactly("document 1, line 4: " + complaint);
        assertThat(told(POD + "spec: {containers: [{command: [sleep]}]}")).containsExactly("Pod/web-1");
    }

    @Test
    void aPodOnTheNetworkOfItsHostIsNotServedYet() {
        assertThat(told(POD + "spec:\n  hostNetwork: true"))
                .containsExactly("document 1, line 5: spec.hostNetwork: not served yet: leave it out");
        assertThat(told(POD + "spec:\n  hostNetwork: false")).containsExactly("Pod/web-1");
    }

    /** As kubectl has it: YAML 1.1's unquoted words that are no texts have to be quoted. */
    @ParameterizedTest
    @CsvSource({
        "1.10, number",
        "10, number",
        "0x1F, number",
        "0o17, number",
        "017, number",
        "1e3, number",
        "1_000, number",
        "-7, number",
        "true, boolean",
        "yes, boolean",
        "on, boolean",
        "n, boolean",
        "Off, boolean"
    })
    void aLabelThatIsNoTextHasToBeQuoted(String word, String type) {
        assertThat(told("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n    v: " + word))
                .containsExactly("document 1, line 6: metadata.labels.v: must be a text, not the " + type + " " + word
                        + ": write \"" + word + "\" in quotes");
        assertThat(told("apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {v: '" + word + "'}}")
                        .get(0))
                .doesNotContain("quotes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3", "v1", "0x", "1:30", "a_b", "yes-no", "2024-01-01", "!!str 1.10", "1e3x"})
    void aLabelThatIsAText(String word) {
        assertThat(told("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{workingDir: " + word
                        + "}]}"))
                .containsExactly("Pod/a");
    }

    @Test
    void numbersMayBeWrittenAsKubectlTakesThem() {
        Service service = (Service) Manifests.read(SERVICE + "spec: {ports: [{port: 0x50, targetPort: 0o17}]}")
                .get(0)
                .bind();
        assertThat(service.spec().ports().get(0).port()).isEqualTo(80);
        assertThat(service.spec().ports().get(0).targetPort()).isEqualTo(15);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "kind: Pod ~ 1: unknown apiVersion \"\" of kind Pod: write v1",
                "apiVersion: v1 ~ 1: kind: Required value",
                "apiVersion: v1\\nkind: pod\\nmetadata: {name: a} ~ 2: unknown kind \"pod\": did you mean Pod?",
                "apiVersion: apps/v1\\nkind: Deployment\\nmetadata: {name: a} ~ 2: unknown kind \"Deployment\": this takes Pod, Service, Endpoints, EndpointSlice, NetworkPolicy, Node",
                "apiVersion: v1\\nkind: NetworkPolicy\\nmetadata: {name: a} ~ 1: unknown apiVersion \"v1\" of kind NetworkPolicy: write networking.k8s.io/v1",
                "apiVersion: v2\\nkind: Pod\\nmetadata: {name: a} ~ 1: unknown apiVersion \"v2\" of kind Pod: write v1",
                "apiVersion: v1\\nkind: EndpointSlice\\nmetadata: {name: a} ~ 1: unknown apiVersion \"v1\" of kind EndpointSlice: write discovery.k8s.io/v1",
                "apiVersion: v1\\nkind: Pod\\nmetadata:\\n  generateName: a- ~ 3: metadata.name: Required value: generateName is not served",
                "apiVersion: v1\\nkind: Pod\\nmetadata: {name: 7} ~ 3: metadata.name: must be a text, not the number 7: write \"7\" in quotes",
                "apiVersion: v1\\nkind: Pod\\nmetadata: {name: a, creationTimestamp: soon} ~ 3: metadata.creationTimestamp: Invalid value: \"soon\": must be a time such as 2026-01-31T12:00:00Z",
                "just words ~ 1: no object with a kind",
                "- a\\n- b ~ 1: no object with a kind",
                "a: 1\\na: 2 ~ 2: key \"a\" is there twice",
                "a: {b: 1, 'b': 2} ~ 1: key \"b\" is there twice",
                "a: *b ~ 1: alias *b stands for nothing above it",
                "a: &b [*b] ~ 1: alias *b stands for nothing above it",
                "a:\\n  <<: 7 ~ 2: << takes a map or a list of maps",
                "? [a]\\n: b ~ 1: a key must be a text",
                "a: !ruby/object x ~ 1: tag !ruby/object is not taken",
                "a: !!binary aGk= ~ 1: tag tag:yaml.org,2002:binary is not taken",
                "{\"a\": 1, \"a\": 2} ~ 1: not JSON: column 13: Duplicate Object property \"a\"",
                "{\"a\":\\n [1, } ~ 2: not JSON: column 6: Unexpected character ('}' (code 125)): expected a value",
                "{\"a\": {\"b\": 1 ~ 1: not JSON: column 14: Unexpected end-of-input: expected close marker for Object",
                "{\"a\": 1}\\n{\"b\":\\n [2} ~ 3: not JSON: column 4: Unexpected close marker '}': expected ']'",
            })
    void whatIsNoManifest(String file, String complaint) {
        assertThat(told(lines(file))).containsExactly("document 1, line " + complaint);
    }

    @Test
    void whatIsNoYamlSaysWhere() {
        assertThat(told(POD + "spec:\n\tnodeName: a").get(0))
                .startsWith("document 1, line 5: not YAML: ")
                .contains("TAB");
        assertThat(told(POD + "spec: {a: [}").get(0)).startsWith("document 1, line 4: not YAML: ");
        assertThat(told(POD + "spec: \u0007").get(0))
                .isEqualTo("document 1, line 4: not YAML: character U+0007 is not allowed");
    }

    @Test
    void whatIsWrongWithASlice() {
        assertThat(told(SLICE + "addressType: IPv6\nendpoints:\n- addresses: [\"10.0.0.1\"]"))
                .containsExactly(
                        "document 1, line 5: endpoints[].addresses[]: Invalid value: \"10.0.0.1\": must be an IPv6 address");
        assertThat(told(SLICE + "addressType: FQDN"))
                .containsExactly(
                        "document 1, line 4: addressType: Invalid value: \"FQDN\": not served yet: only IPv4 and IPv6 are");
        assertThat(told(SLICE + "endpoints: []")).containsExactly("document 1, line 1: addressType: Required value");
        assertThat(told(SLICE + "addressType: IPv4\nendpoints:\n- addresses: [\"fd00::1\"]"))
                .containsExactly(
                        "document 1, line 5: endpoints[].addresses[]: Invalid value: \"fd00::1\": must be an IPv4 address");
        assertThat(told(SLICE
                        + "addressType: IPv4\nendpoints:\n- addresses: [10.1.2.3]\n  conditions: {ready: \"true\"}"))
                .containsExactly(
                        "document 1, line 7: endpoints[0].conditions.ready: must be true or false, not the text"
                                + " \"true\": take the quotes off");
    }

    /** kubectl quotes what PyYAML and Ruby would read as a number or a time. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-30T18:50:35Z",
                "2026-01-01",
                "2026-1-1 1:02:03 +1",
                "12:30:45",
                "190:20:30.15",
                "10:58:10:32:00:02",
                "-1:30",
                "1,000",
                "1_0.5",
                "1e999",
                ".inf",
                "-.INF",
                ".NaN",
                "0b1",
                "017",
                "yes",
                "null",
                "="
            })
    void aTextThatLooksLikeSomethingElseIsQuoted(String text) {
        assertThat(Manifests.write(Json.object().put("a", text))).isEqualTo("a: \"" + text + "\"\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.32.0.2", "10.32.0.0/24", "10.32.0.2:80", "web-1", "2026-11", "Chain A (1 reference)", "1.2.3"
            })
    void aTextThatIsOneStandsAsItIs(String text) {
        assertThat(Manifests.write(Json.object().put("a", text))).isEqualTo("a: " + text + "\n");
    }

    @Test
    void oneBadDocumentCostsTheOthersNothing() {
        assertThat(told("# a file\n---\n" + POD + "---\na: [\n---\n# nothing\n---\n" + SERVICE
                        + "spec: {prots: 1}\n---\n" + POD.replace("web-1", "web-2")))
                .containsExactly(
                        "Pod/web-1",
                        "document 2, line 8: not YAML: expected the node content, but found '<stream end>'",
                        "document 3, line 14: unknown field \"spec.prots\": did you mean ports?",
                        "Pod/web-2");
    }

    @Test
    void aListIsItsItems() {
        String item = "\n- {apiVersion: v1, kind: Pod, metadata: {name: ";
        assertThat(told("apiVersion: v1\nkind: List\nitems:" + item + "a}}" + item + "b}, spec: {x: 1}}\n- 7" + item
                        + "c}}"))
                .containsExactly(
                        "Pod/a",
                        "document 1, line 5: unknown field \"spec.x\"",
                        "document 1, line 6: no object with a kind",
                        "Pod/c");
    }

    @Test
    void jsonIsTakenWithTabsAndPairsOfSurrogatesAndSeveralInAFile() {
        String pod = "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"Pod\",\n\t\"metadata\": {\n\t\t\"name\": \"NAME\","
                + "\n\t\t\"annotations\": {\"a\": \"\\ud83d\\ude00\\/\"}\n\t}\n}\n";
        assertThat(told(pod.replace("NAME", "a") + pod.replace("NAME", "b"))).containsExactly("Pod/a", "Pod/b");
        assertThat(told(pod.replace("\"NAME\"", "1.50")))
                .containsExactly(
                        "document 1, line 5: metadata.name: must be a text, not the number 1.50: write \"1.50\" in"
                                + " quotes");
        assertThat(told("{\"apiVersion\": \"v1\",\n \"kind\": Pod}").get(0))
                .startsWith("document 1, line 2: not JSON: ");
    }

    @Test
    void bytesMayHaveAByteOrderMarkAndWindowsLineEnds() {
        byte[] file = ("\uFEFF" + POD + "---\n" + SERVICE + "spec: {ports: [{port: 80, x: 1}]}\n")
                .replace("\n", "\r\n")
                .getBytes(StandardCharsets.UTF_8);
        List<Manifest> read = Manifests.read(file);
        assertThat(read.get(0).name()).isEqualTo("web-1");
        assertThatThrownBy(read.get(1)::checked).hasMessage("document 2, line 8: unknown field \"spec.ports[0].x\"");
    }

    @Test
    void bytesThatAreNoUtf8() {
        assertThatThrownBy(() -> Manifests.read("a: 1\nb: \u00e9".getBytes(StandardCharsets.ISO_8859_1)))
                .hasMessage("line 2: not UTF-8: save the file as UTF-8");
        assertThatThrownBy(() -> Manifests.read("a: 1".getBytes(StandardCharsets.UTF_16)))
                .hasMessage("UTF-16: save it as UTF-8");
        assertThatThrownBy(() -> Manifests.read(new byte[Manifests.MAX_BYTES + 1]))
                .hasMessage("larger than 4 MiB: split it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# only words\n", "---\n---\n", "apiVersion: v1\nkind: List\nitems: []\n"})
    void aFileWithNothingInIt(String file) {
        assertThatThrownBy(() -> Manifests.read(file)).hasMessage("no objects in it");
    }

    @Test
    void aliasesAndMergeKeysStandForWhatTheyName() {
        Pod pod = (Pod) Manifests.read("""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: &name web-1
                  labels: &labels {app: web, tier: front}
                  annotations:
                    <<: *labels
                    tier: mine
                spec: {containers: [{name: *name}]}
                """).get(0).bind();
        assertThat(pod.spec().containers().get(0).name()).isEqualTo("web-1");
        assertThat(pod.metadata().annotations())
                .containsOnly(java.util.Map.entry("app", "web"), java.util.Map.entry("tier", "mine"));
    }

    @Test
    void aliasesThatStandForTooMuchAreRefusedBeforeTheyAreCopied() {
        StringBuilder laughs = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (int i = 1; i < 20; i++) {
            String before = "*a" + (i - 1);
            laughs.append(
                    "a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", java.util.Collections.nCopies(9, before))));
        }
        assertThat(told(laughs.toString()).get(0)).endsWith("aliases stand for more than 20000 values");
    }

    @Test
    void aFileOfTooManyValuesIsRefusedWhereTheyAreTooMany() {
        String many = "[" + "1,".repeat(260_000) + "1]";
        String refused = "more than 250000 values: split the file; from here on only what still fits is read";
        assertThat(told("a: " + many)).containsExactly("document 1, line 1: " + refused);
        assertThat(told("{\"a\":\n" + many + "}")).containsExactly("document 1, line 2: " + refused);
        assertThat(told("a: " + many + "\n---\nb: " + many + "\n---\nkind: Job\n"))
                .as("said once, of however many; whoever fits stands for itself")
                .containsExactly(
                        "document 1, line 1: " + refused,
                        "document 3, line 5: unknown kind \"Job\": this takes Pod, Service, Endpoints, EndpointSlice, NetworkPolicy, Node");
    }

    @Test
    void depthIsBoundedHoweverItIsReached() {
        assertThat(told("a: " + "[".repeat(200_000)).get(0)).endsWith("nested deeper than 100 levels");
        StringBuilder steps = new StringBuilder("a0: &a0 [[[[[[[[[[x]]]]]]]]]]\n");
        for (int i = 1; i < 20; i++) {
            steps.append("a%d: &a%d [[[[[[[[[[*a%d]]]]]]]]]]\n".formatted(i, i, i - 1));
        }
        assertThat(told(steps.toString()).get(0)).endsWith("nested deeper than 100 levels");
    }

    @ParameterizedTest
    @CsvSource({
        "guestbook.yaml, 5",
        "headless.yaml, 3",
        "external-database.yaml, 4",
        "from-kubectl-get.yaml, 2",
        "from-kubectl-get.json, 1",
    })
    void manifestsAsTheyAreFoundAreTakenWhole(String file, int objects) throws IOException {
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("manifests/" + file), file)) {
            List<Manifest> read = Manifests.read(in.readAllBytes());
            assertThat(read).hasSize(objects).allSatisfy(Manifest::bind);
        }
    }
}
