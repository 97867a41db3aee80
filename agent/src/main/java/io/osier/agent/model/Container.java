package io.osier.agent.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One command of a pod. There are no images: the command is the machine's own. */
public record Container(
        @Nullable String name,
        List<String> command,
        List<String> args,
        List<EnvVar> env,
        @Nullable String workingDir,
        List<ContainerPort> ports) {
    @SuppressWarnings("NullAway")
    public Container {
        command = command == null ? List.of() : List.copyOf(command);
        args = args == null ? List.of() : List.copyOf(args);
        env = env == null ? List.of() : List.copyOf(env);
        ports = ports == null ? List.of() : List.copyOf(ports);
    }

    /** The command with its arguments; empty if there is nothing to run. */
    public List<String> commandLine() {
        if (command.isEmpty()) {
            return List.of();
        }
        List<String> line = new ArrayList<>(command);
        line.addAll(args);
        return line;
    }

    /** A variable of the command's environment; values taken from elsewhere are accepted and ignored. */
    public record EnvVar(String name, @Nullable String value) {}

    /** A port that the command listens on; its name can be a service's target. */
    public record ContainerPort(
            @Nullable String name,
            int containerPort,
            @Nullable String protocol) {
        public ContainerPort {
            Ports.check("spec.containers[].ports[].containerPort", containerPort);
        }
    }
}
