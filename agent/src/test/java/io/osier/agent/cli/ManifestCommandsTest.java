package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code osier apply}, {@code create} and {@code delete} with {@code -f}: what becomes of the objects of manifests. */
@Timeout(60)
class ManifestCommandsTest extends WithFakeAgent {
    private static final String NOT_FOUND = "{\"message\":\"pods \\\"web-1\\\" not found\"}";
    private static final String APPLY = "POST /osier/v1/apply?namespace=default";
    private static final String DELETE = "POST /osier/v1/delete?namespace=default";

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
                        "document 2, line 7: unknown kind \"Cat\": this takes Pod, Service, Endpoints, EndpointSlice, NetworkPolicy, Node",
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

    private static String created(int count) {
        return "{\"items\":[" + String.join(",", Collections.nCopies(count, "{\"result\":\"created\"}")) + "]}";
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
