package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.Json;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What {@code -l} picks, as kubectl has it. */
class SelectorTest {
    private static final List<JsonNode> PODS =
            List.of(pod("web-1", "app=web"), pod("web-2", "app=web", "tier=b"), pod("db", "app=db"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "app=web          | web-1 web-2",
                "app==web         | web-1 web-2",
                "app=web,tier=b   | web-2",
                "app!=web         | db",
                "tier             | web-2",
                "!tier            | web-1 db",
                "tier!=b          | web-1 db",
                "app=nothing      | ''",
                "app in (db,web),!tier | web-1 db",
                "app notin (web)  | db",
                "tier in (a, b)   | web-2",
                "tier notin (a,b) | web-1 db",
                "! tier           | web-1 db",
            })
    void picksByLabels(String text, String expected) {
        Selector selector = new Selector("get", List.of(text));
        assertThat(PODS.stream()
                        .filter(selector::picks)
                        .map(pod -> pod.path("metadata").path("name").asString())
                        .collect(Collectors.joining(" ")))
                .isEqualTo(expected);
    }

    private static JsonNode pod(String name, String... labels) {
        var pod = Json.object();
        var metadata = pod.putObject("metadata").put("name", name);
        metadata.set(
                "labels",
                Label.tree(List.of(labels).stream()
                        .map(new Label.Converter()::convert)
                        .toList()));
        return pod;
    }
}
