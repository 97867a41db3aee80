package io.osier.agent.bootstrap;

import io.osier.agent.model.ValidationException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again when it is told to, by SIGHUP: what can change in a running agent does, and of every other key
 * that has changed it says that it needs a restart. A file that is wrong changes nothing.
 */
final class ConfigReload {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigReload.class);

    private final Path file;
    /** What each key that can change does with what it has become. */
    private final Map<String, Change> changes;
    /** What the agent goes by, key by key. */
    private final Map<String, Object> present = new HashMap<>();

    /** Takes what a key has become, or says in one line why not. */
    interface Change {
        void take(AgentConfig config) throws IOException;
    }

    ConfigReload(Path file, AgentConfig started, Map<String, Change> changes) {
        this.file = file;
        this.changes = Map.copyOf(changes);
        for (RecordComponent key : AgentConfig.class.getRecordComponents()) {
            present.put(key.getName(), valueOf(key, started));
        }
    }

    /** Begins to listen to SIGHUP, which would end the process otherwise. */
    static void onHangUp(Path file, AgentConfig config, AtomicReference<AgentProcess> started) {
        LogLevel.set(config.logLevel());
        ConfigReload reload = new ConfigReload(
                file,
                config,
                Map.of(
                        "logLevel", read -> LogLevel.set(read.logLevel()),
                        "metricsAddress", read -> running(started).tellMetricsAt(read.metricsAddress()),
                        "flowTimeouts", read -> running(started).setFlowTimeouts(read.flowTimeouts())));
        listen(reload::run);
    }

    private static AgentProcess running(AtomicReference<AgentProcess> started) throws IOException {
        AgentProcess agent = started.get();
        if (agent == null) {
            throw new IOException("the agent is still starting: reload it once more");
        }
        return agent;
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
        boolean same = true;
        for (RecordComponent key : AgentConfig.class.getRecordComponents()) {
            Object wanted = valueOf(key, read);
            if (!wanted.equals(present.get(key.getName()))) {
                same = false;
                change(key.getName(), wanted, read);
            }
        }
        if (same) {
            LOG.info("{} was read again, and says nothing new", file);
        }
    }

    private void change(String key, Object wanted, AgentConfig read) {
        Change change = changes.get(key);
        if (change == null) {
            LOG.warn("{} has changed in {}: it needs a restart of the agent", key, file);
            return;
        }
        try {
            change.take(read);
            present.put(key, wanted);
            LOG.info("{} is {} now", key, wanted.equals("") ? "left out" : wanted);
        } catch (IOException e) {
            LOG.error("{} stays as it was: {}", key, e.getMessage());
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
