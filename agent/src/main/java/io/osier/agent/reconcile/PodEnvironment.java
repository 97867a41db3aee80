package io.osier.agent.reconcile;

import io.osier.agent.model.Container;
import io.osier.agent.model.Pod;
import io.osier.agent.pod.CommandId;
import io.osier.agent.pod.PodCommand;
import io.osier.agent.pod.VariableExpansion;
import io.osier.dataplane.packet.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What the commands of a pod's containers are once the pod has an address, which they may name. */
final class PodEnvironment {
    private final NodeSettings settings;

    PodEnvironment(NodeSettings settings) {
        this.settings = settings;
    }

    /** The commands that are to run, in the manifest's order. */
    List<PodCommand> commandsOf(Pod pod, IpAddress address) {
        List<PodCommand> commands = new ArrayList<>();
        for (Container container : pod.commands()) {
            CommandId id = new CommandId(PodMaker.namespaceOf(pod), pod.nameOf(container), commands.isEmpty());
            commands.add(commandOf(id, pod, container, address));
        }
        return commands;
    }

    private PodCommand commandOf(CommandId id, Pod pod, Container container, IpAddress address) {
        Map<String, String> environment = new HashMap<>();
        environment.put("POD_NAME", pod.metadata().name());
        IpAddress second = settings.ipv6Of(address);
        environment.put("POD_IP", address.toString());
        environment.put("POD_IPS", second == null ? address.toString() : address + "," + second);
        for (Container.EnvVar variable : container.env()) {
            String value = Objects.requireNonNullElse(variable.value(), "");
            environment.put(variable.name(), VariableExpansion.expand(value, environment)); // of those before it
        }
        List<String> command = container.commandLine().stream()
                .map(word -> VariableExpansion.expand(word, environment))
                .toList();
        return new PodCommand(
                id,
                pod.metadata().name(),
                command,
                environment,
                Objects.requireNonNullElse(container.workingDir(), ""),
                pod.spec().restartPolicy());
    }
}
