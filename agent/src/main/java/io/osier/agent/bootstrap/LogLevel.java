package io.osier.agent.bootstrap;

import ch.qos.logback.classic.Level;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much the agent's own log says. */
final class LogLevel {
    static final List<String> NAMES = List.of("error", "warn", "info", "debug");
    static final String DEFAULT = "info";

    /** Libraries say more than anybody wants to read, so only our own packages say more or less. */
    private static final String OURS = "io.osier";

    private LogLevel() {}

    /** From now on; one of {@link #NAMES}. */
    static void set(String name) {
        Logger ours = LoggerFactory.getLogger(OURS);
        if (ours instanceof ch.qos.logback.classic.Logger logback) {
            logback.setLevel(Level.valueOf(name.toUpperCase(Locale.ROOT)));
        }
    }
}
