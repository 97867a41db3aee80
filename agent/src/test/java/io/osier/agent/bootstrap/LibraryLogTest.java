package io.osier.agent.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LibraryLogTest {
    @Test
    void warningsOfLibrariesAreInTheLogAndWhatElseTheySayIsNowhere() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger ours = (Logger) LoggerFactory.getLogger("some.library");
        ours.addAppender(log);
        LibraryLog.install();

        java.util.logging.Logger theirs = java.util.logging.Logger.getLogger("some.library");
        theirs.info("Epoll available");
        theirs.log(Level.WARNING, "{0} is odd", "that");
        theirs.severe("broken");

        assertThat(log.list)
                .extracting(ILoggingEvent::toString)
                .containsExactly("[WARN] that is odd", "[ERROR] broken");
        ours.detachAppender(log);
    }
}
