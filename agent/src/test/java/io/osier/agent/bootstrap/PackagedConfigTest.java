package io.osier.agent.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The file that the Debian package installs as {@code /etc/osier/agent.yaml}. */
class PackagedConfigTest {
    private static final Path FILE = Path.of("src/deb/root/etc/osier/agent.yaml");

    private static Stream<String> keys() {
        return Stream.of(AgentConfig.class, StoreConfig.class, FlowTimeoutsConfig.class)
                .flatMap(config -> Arrays.stream(config.getRecordComponents()))
                .map(RecordComponent::getName);
    }

    @ParameterizedTest
    @MethodSource("keys")
    void everyKeyIsInIt(String key) throws IOException {
        assertThat(Files.readString(FILE))
                .as("agent/%s says of every key what it is for; add a line '#%s: DEFAULT' and a comment", FILE, key)
                .containsPattern(Pattern.compile("^# *" + key + ":", Pattern.MULTILINE));
    }

    @Test
    void asItIsItChangesNothing() {
        assertThat(AgentConfig.read(FILE)).isEqualTo(AgentConfig.defaults());
    }

    /** The machine's own name and addresses have no default that could stand in a file, and etcd's block is an example. */
    @Test
    void whatItSaysIsTheDefaultIsIt() throws IOException {
        List<String> lines = Files.readAllLines(FILE);
        String text = String.join(
                        "\n",
                        lines.subList(
                                0,
                                lines.indexOf(
                                        "# etcd: for agents of several machines. All endpoints are http, or all https.")))
                .replaceAll("(?m)^#(?! )(?!nodeName|underlayAddress|metricsAddress|zone:|store:)", "");

        AgentConfig said = AgentConfig.parse(text);

        assertThat(said).isEqualTo(AgentConfig.defaults());
        assertThat(text.lines().filter(line -> line.matches("[a-zA-Z]+:.*"))).hasSizeGreaterThan(5);
    }
}
