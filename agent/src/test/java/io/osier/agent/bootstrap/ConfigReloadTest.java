package io.osier.agent.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What becomes of a configuration that is read again. */
class ConfigReloadTest {
    private static final String STARTED_WITH = "nodeName: node-1\nport: 4789\n";

    @TempDir
    private Path folder;

    private final List<String> levels = new ArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(ConfigReload.class);
    private Path file;
    private ConfigReload reload;

    @BeforeEach
    void start() throws IOException {
        file = Files.writeString(folder.resolve("agent.yaml"), STARTED_WITH);
        reload = new ConfigReload(
                file, AgentConfig.read(file), Map.of("logLevel", config -> levels.add(config.logLevel())));
        log.start();
        logger.addAppender(log);
        logger.setLevel(Level.INFO);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(log);
        logger.setLevel(null);
    }

    private List<String> reloadWith(String text) throws IOException {
        Files.writeString(file, text);
        log.list.clear();
        reload.run();
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void whatCanChangeChangesOnce() throws IOException {
        assertThat(reloadWith(STARTED_WITH + "logLevel: debug\n")).containsExactly("logLevel is debug now");
        assertThat(reloadWith(STARTED_WITH + "logLevel: debug\n"))
                .containsExactly(file + " was read again, and says nothing new");
        assertThat(reloadWith(STARTED_WITH)).containsExactly("logLevel is info now");
        assertThat(levels).containsExactly("debug", "info");
    }

    @Test
    void whatCannotIsNamedUntilItIsAsItWas() throws IOException {
        String[] both = {
            "underlayAddress has changed in " + file + ": it needs a restart of the agent",
            "port has changed in " + file + ": it needs a restart of the agent"
        };
        assertThat(reloadWith("nodeName: node-1\nport: 4790\nunderlayAddress: 10.0.0.1\n"))
                .containsExactly(both);
        assertThat(reloadWith("nodeName: node-1\nport: 4790\nunderlayAddress: 10.0.0.1\n"))
                .containsExactly(both);
        assertThat(reloadWith(STARTED_WITH)).containsExactly(file + " was read again, and says nothing new");
    }

    @Test
    void aWrongFileChangesNothingAndIsComplainedOfInOneLine() throws IOException {
        assertThat(reloadWith(STARTED_WITH + "logLevel: loud\n"))
                .containsExactly("the configuration stays as it was: " + file
                        + ": logLevel: Invalid value: \"loud\": must be one of error, warn, info, debug");
        assertThat(reloadWith("logLevel: [debug\n"))
                .hasSize(1)
                .first()
                .asString()
                .contains("not YAML");
        assertThat(levels).isEmpty();
        assertThat(reloadWith(STARTED_WITH + "logLevel: warn\n")).containsExactly("logLevel is warn now");
    }

    @Test
    void whatCannotBeTakenNowIsTriedAgainNextTime() throws IOException {
        List<String> moves = new ArrayList<>();
        reload = new ConfigReload(file, AgentConfig.read(file), Map.of("metricsAddress", config -> {
            moves.add(String.valueOf(config.metricsAddress()));
            if (moves.size() == 1) {
                throw new IOException("the port is taken");
            }
        }));
        String wanted = STARTED_WITH + "metricsAddress: 127.0.0.1:10249\n";

        assertThat(reloadWith(wanted)).containsExactly("metricsAddress stays as it was: the port is taken");
        assertThat(reloadWith(wanted)).containsExactly("metricsAddress is 127.0.0.1:10249 now");
        assertThat(reloadWith(STARTED_WITH)).containsExactly("metricsAddress is left out now");
        assertThat(moves).containsExactly("127.0.0.1:10249", "127.0.0.1:10249", "null");
    }
}
