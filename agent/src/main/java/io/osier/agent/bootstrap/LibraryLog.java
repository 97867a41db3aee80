package io.osier.agent.bootstrap;

import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;

/** Takes what libraries say through {@code java.util.logging} into the agent's log, if it is a warning or worse. */
final class LibraryLog extends Handler {
    private final Formatter formatter = new SimpleFormatter();

    private LibraryLog() {}

    /** From now on, instead of two lines for each on stderr. */
    static void install() {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.setLevel(Level.WARNING);
        root.addHandler(new LibraryLog());
    }

    @Override
    public void publish(LogRecord said) {
        if (!isLoggable(said)) {
            return;
        }
        org.slf4j.Logger log = LoggerFactory.getLogger(String.valueOf(said.getLoggerName()));
        String message = formatter.formatMessage(said);
        if (said.getLevel().intValue() >= Level.SEVERE.intValue()) {
            log.error(message, said.getThrown());
        } else {
            log.warn(message, said.getThrown());
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
