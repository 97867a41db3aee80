package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code osier get -w}. */
@Timeout(60)
class ObjectWatchTest extends WithFakeAgent {
    private static final String PODS = "GET /api/v1/pods?namespace=default&allNamespaces=false";
    private static final String WEB = "GET /api/v1/pods/web?namespace=default";
    private static final String NOT_FOUND = "{\"message\":\"pods \\\"web\\\" not found\"}";
    private static final String END = "{\"message\":\"that is all\"}";

    private static String pod(String name, String uid, String phase) {
        return """
                {"metadata":{"name":"%s","uid":"%s"},"status":{"phase":"%s","containerStatuses":[{"ready":%s}]}}""".formatted(name, uid, phase, phase.equals("Running"));
    }

    /** Lists these, and then ends. */
    private void lists(String... lists) {
        for (String list : lists) {
            agent.onList(PODS, list.isEmpty() ? new String[0] : list.split("(?<=}), ", -1));
        }
        agent.on(PODS, 500, END);
    }

    private String watch(String... words) {
        Dialogue dialogue = Dialogue.with(agent, words);
        assertThat(dialogue.err()).isEqualTo("osier: get: that is all\n");
        assertThat(dialogue.exitCode()).isEqualTo(1);
        return dialogue.out();
    }

    @Test
    void theListIsPrintedAndThenALineForEachChangeInItsColumns() {
        lists(
                pod("web-1", "1", "Pending"),
                pod("web-1", "1", "Running"),
                pod("web-1", "1", "Running"),
                pod("web-1", "1", "Running") + ", " + pod("a", "2", "ContainerCreating"));
        assertThat(watch("get", "pods", "-w")).isEqualTo("""
                NAME    READY   STATUS    RESTARTS   AGE
                web-1   0/1     Pending   0          <unknown>
                web-1   1/1     Running   0          <unknown>
                a       0/1     ContainerCreating   0          <unknown>
                """);
    }

    @Test
    void columnsThatHaveBecomeWiderStaySo() {
        ColumnWidths widths = new ColumnWidths();
        assertThat(widths.grown(new int[] {4, 6})).containsExactly(4, 6);
        assertThat(widths.grown(new int[] {9, 2})).containsExactly(9, 6);
        assertThat(widths.grown(new int[] {1, 1})).containsExactly(9, 6);
    }

    @Test
    void theListAtTheBeginningMayBeLeftOut() {
        lists(pod("web-1", "1", "Pending"), pod("web-1", "1", "Running"));
        assertThat(watch("get", "pods", "--watch-only", "--no-headers"))
                .isEqualTo("web-1   1/1   Running   0   <unknown>\n");
    }

    @Test
    void treesAreOneAfterTheOther() {
        lists(pod("web-1", "1", "Pending"), pod("web-1", "1", "Running"));
        assertThat(watch("get", "pods", "-w", "-o", "json").replaceAll("\\s", ""))
                .isEqualTo(pod("web-1", "1", "Pending") + pod("web-1", "1", "Running"));
    }

    @Test
    void documentsOfYamlAreToldApart() {
        lists(pod("web-1", "1", "Pending"), pod("web-1", "1", "Running"));
        assertThat(watch("get", "pods", "-w", "-o", "yaml"))
                .startsWith("metadata:\n  name: web-1\n")
                .containsOnlyOnce("---\n")
                .contains("- ready: false\n---\nmetadata:\n");
    }

    @Test
    void namesArePrintedAgainForEachChange() {
        lists("", pod("web-1", "1", "Pending"), "");
        assertThat(watch("get", "pods", "-w", "-o", "name")).isEqualTo("pod/web-1\npod/web-1\n");
    }

    @Test
    void oneObjectIsWatchedAlsoWhenItGoesAndComesAgain() {
        agent.on(WEB, 200, pod("web", "1", "Running"))
                .on(WEB, 404, NOT_FOUND)
                .on(WEB, 200, pod("web", "2", "Pending"))
                .on(WEB, 500, END);
        assertThat(watch("get", "pod", "web", "-w", "--no-headers")).isEqualTo("""
                web   1/1   Running   0   <unknown>
                web   1/1   Running   0   <unknown>
                web   0/1   Pending   0   <unknown>
                """);
    }

    @Test
    void oneObjectHasToBeThereAtFirst() {
        agent.on(WEB, 404, NOT_FOUND);
        assertThat(Dialogue.with(agent, "get", "pod", "web", "-w"))
                .isEqualTo(new Dialogue(1, "", "osier: get: pods \"web\" not found\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pods,services -w    | --watch is for one kind, or one object of it",
                "all --watch         | --watch is for one kind, or one object of it",
                "pods a b -w         | --watch is for one kind, or one object of it",
                "-f a.yaml -w        | --watch is for one kind, or one object of it",
                "flows --watch-only  | --watch is for objects and leases, not for flows"
            })
    void whatIsNotWatched(String words, String why) {
        assertThat(Dialogue.with(agent, ("get " + words).split(" ")))
                .isEqualTo(new Dialogue(2, "", "osier: get: " + why + "\n"));
    }

    @Test
    void whatIsGoneIsToldOnceAsItWasBeforeWhatTookItsPlace() {
        WatchedObjects objects = new WatchedObjects();
        objects.changes(parsed(pod("web", "1", "Running"), pod("db", "2", "Running")));

        assertThat(objects.changes(parsed(pod("web", "3", "Pending"), pod("db", "2", "Running"))))
                .isEqualTo(parsed(pod("web", "1", "Running"), pod("web", "3", "Pending")));
        assertThat(objects.changes(parsed(pod("web", "3", "Pending"), pod("db", "2", "Running"))))
                .isEmpty();
    }

    private static List<JsonNode> parsed(String... objects) {
        return Arrays.stream(objects)
                .map(object -> Json.parse(object.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }
}
