package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.Manifests;
import io.osier.agent.model.Pod;
import io.osier.agent.pod.CommandId;
import io.osier.agent.pod.PodCommand;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.util.List;
import org.junit.jupiter.api.Test;

class PodEnvironmentTest {
    private final PodEnvironment environment = new PodEnvironment(new NodeSettings(
            "node-a",
            IpPrefix.parse("10.32.0.0/12"),
            IpPrefix.parse("10.96.0.0/12"),
            IpPrefix.parse("10.32.0.0/24"),
            true));

    @Test
    void eachContainerWithACommandHasItsOwnWordsAndVariables() {
        Pod pod = (Pod) Manifests.read("""
                apiVersion: v1
                kind: Pod
                metadata: {name: web-1, namespace: shop}
                spec:
                  restartPolicy: OnFailure
                  containers:
                  - {name: pause}
                  - {name: web, command: [serve], args: [$(POD_IP), $(COLOUR)], env: [{name: COLOUR, value: red}]}
                  - {name: log, command: [tail, $(COLOUR)], workingDir: /srv}
                """).get(0).bind();

        List<PodCommand> commands = environment.commandsOf(pod, IpAddress.parse("10.32.0.2"));

        assertThat(commands.stream().map(PodCommand::id))
                .containsExactly(new CommandId("web-1.shop", "web", true), new CommandId("web-1.shop", "log", false));
        assertThat(commands.stream().map(PodCommand::command))
                .containsExactly(List.of("serve", "10.32.0.2", "red"), List.of("tail", "$(COLOUR)"));
        assertThat(commands.get(0).environment()).containsEntry("COLOUR", "red").containsEntry("POD_NAME", "web-1");
        assertThat(commands.get(1).environment()).doesNotContainKey("COLOUR");
        assertThat(commands.get(1).workingDirectory()).isEqualTo("/srv");
        assertThat(commands).allMatch(command -> command.restartPolicy().equals("OnFailure"));
    }
}
