package io.osier.agent.bootstrap;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.Logger;

/**
 * Sets the log up: to stderr, where systemd or whoever started the agent takes it from. Logback finds this by its service's
 * name, before it would look for a file; without one no command has to read XML, which took it longer than its work.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String LINE = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0}: %msg%n";

    /** Whoever names a file of logback's wants that. */
    private static final String LOGBACKS_OWN = "logback.configurationFile";

    private static volatile boolean silent;

    /** Whoever logs first from now on logs nothing: a command says what there is to say itself. */
    static void silence() {
        silent = true;
    }

    /** Undoes {@link #silence}, before anything is logged. */
    static void speak() {
        silent = false;
        LibraryLog.install();
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty(LOGBACKS_OWN) != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        if (silent) {
            context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
        } else {
            toStderr(context);
        }
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static void toStderr(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(LINE);
        encoder.start();
        ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
        stderr.setContext(context);
        stderr.setName("STDERR");
        stderr.setTarget("System.err");
        stderr.setEncoder(encoder);
        stderr.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(stderr);
        // It finds no hardware address where only loopback is, and takes random bytes, which do.
        context.getLogger("io.netty.util.internal.MacAddressUtil").setLevel(Level.ERROR);
        // It says every single attempt that failed; what becomes of a call is said by whoever made it.
        context.getLogger("io.etcd.jetcd").setLevel(Level.ERROR);
    }
}
