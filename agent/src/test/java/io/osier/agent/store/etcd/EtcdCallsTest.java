package io.osier.agent.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.osier.agent.store.StoreException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
class EtcdCallsTest {
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(EtcdCalls.class);

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
    }

    /** The first call of a JVM may take seconds, on a busy machine, and would be told of as one without an answer. */
    @BeforeAll
    static void loadWhatCallsNeed() {
        try (EtcdCalls calls = nobody()) {
            String said = "";
            for (int i = 0; i < 10 && !said.contains("refused"); i++) {
                said = String.valueOf(
                        catchThrowable(() -> read(calls, Duration.ofSeconds(1))).getMessage());
            }
        }
    }

    private static EtcdCalls nobody() {
        return new EtcdCalls(EtcdSettings.open(List.of("http://127.0.0.1:1"), "/osier/"));
    }

    private static void read(EtcdCalls calls, Duration deadline) {
        calls.call("read", "it", client -> client.getKVClient().get(EtcdStore.bytes(new byte[] {1})), deadline);
    }

    @Test
    void whoWaitsForAnEtcdThatNeverAnsweredIsToldSoOnce() {
        try (EtcdCalls calls = nobody()) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> read(calls, Duration.ofMillis(1_500))).isInstanceOf(StoreException.class);
            }
        }
        assertThat(log.list)
                .singleElement()
                .asString()
                .contains("waiting for etcd at http://127.0.0.1:1: ")
                .containsIgnoringCase("refused");
    }
}
