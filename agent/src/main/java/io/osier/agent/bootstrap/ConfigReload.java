package io.osier.agent.bootstrap;

import io.osier.agent.model.ValidationException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again when it is told to, by SIGHUP: what can change in a running agent does, and of every other key
 * that has changed it says that it needs a restart. A file that is wrong changes nothing.
 */
final class ConfigReload {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigReload.class);

    private final Path file;
    private final AgentConfig started;
    /** What each key that can change does with what it has become. */
    private final Map<String, Consumer<AgentConfig>> changes;

    private AgentConfig present;

    ConfigReload(Path file, AgentConfig started, Map<String, Consumer<AgentConfig>> changes) {
        this.file = file;
        this.started = started;
        this.present = started;
        this.changes = Map.copyOf(changes);
    }

    /** Begins to listen to SIGHUP, which would end the process otherwise. */
    static void onHangUp(Path file, AgentConfig started) {
        LogLevel.set(started.logLevel());
        ConfigReload reload =
                new ConfigReload(file, started, Map.of("logLevel", config -> LogLevel.set(config.logLevel())));
        listen(reload::run);
    }

    /** Reads the file and takes what can be taken. */
    synchronized void run() {
        AgentConfig read;
        try {
            read = AgentConfig.read(file);
        } catch (ValidationException e) {
            LOG.error("the configuration stays as it was: {}", e.getMessage());
            return;
        }
        boolean changed = false;
        for (RecordComponent key : AgentConfig.class.getRecordComponents()) {
            Consumer<AgentConfig> change = changes.get(key.getName());
            Object before = valueOf(key, change == null ? started : present);
            if (Objects.equals(before, valueOf(key, read))) {
                continue;
            }
            changed = true;
            if (change == null) {
                LOG.warn("{} has changed in {}: it needs a restart of the agent", key.getName(), file);
            } else {
                change.accept(read);
                LOG.info("{} is {} now", key.getName(), valueOf(key, read));
            }
        }
        present = read;
        if (!changed) {
            LOG.info("{} was read again, and says nothing new", file);
        }
    }

    private static Object valueOf(RecordComponent key, AgentConfig config) {
        try {
            Object value = key.getAccessor().invoke(config);
            return value == null ? "" : value;
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The JDK's only door to signals is one that javac warns of, hence the reflection. */
    private static void listen(Runnable onSignal) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object listener = Proxy.newProxyInstance(
                    ConfigReload.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            onSignal.run();
                        }
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), listener);
        } catch (ReflectiveOperationException e) {
            LOG.warn("SIGHUP is not listened to, and ends the agent: {}", e.toString());
        }
    }
}
