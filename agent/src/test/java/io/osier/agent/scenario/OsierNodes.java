package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.osier;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The lab's two nodes, with the pods and the outsiders that take part in a comparison. */
final class OsierNodes implements ServiceRig, BeforeAllCallback, AfterAllCallback {
    private static final String PREFIX = "osier-";
    private static final int PATIENCE_MILLIS = 1_000;
    private static final Duration LOADED = Duration.ofSeconds(20);

    private final TwoNodeLab lab = new TwoNodeLab();
    private final List<String> made = new ArrayList<>();

    @Override
    public String namespace(Station station) {
        return station.role == Station.Role.OUTSIDER ? PREFIX + station.label : station.label;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        lab.beforeAll(context);
        KubeProxyNodes.addWorld("osier-underlay");
        for (Station node : Station.NODES) {
            KubeProxyNodes.addIpv6(namespace(node), node, Family.IPV6.world());
            bash("echo 'zone: %s' >>/run/osier/lab/%s/agent.yaml".formatted(node.zone(), node.label))
                    .succeeded();
        }
        osier("lab", "restart").succeeded();
        for (Station outsider : Station.OUTSIDERS) {
            bash("ip netns add " + namespace(outsider)).succeeded();
            made.add(namespace(outsider));
            KubeProxyNodes.attachOutsider("osier-underlay", namespace(outsider), outsider);
        }
        KubeProxyNodes.settleIcmp(List.of(namespace(Station.NODE_A), namespace(Station.NODE_B)));
        apply(Station.PODS.stream()
                .map(pod ->
                        "---\n{apiVersion: v1, kind: Pod, metadata: {name: %s}, spec: {nodeName: %s, podIP: %s, containers: []}}\n"
                                .formatted(pod.label, pod.node().label, pod.address))
                .collect(Collectors.joining()));
        for (Station pod : Station.PODS) {
            await().atMost(LOADED)
                    .untilAsserted(() -> assertThat(bash("ip -n " + pod.label + " addr show dev eth0")
                                    .out())
                            .contains(Family.IPV6.of(pod)));
        }
    }

    @Override
    public void load(List<DrawnService> services) {
        apply(services.stream().map(ServiceManifests::of).collect(Collectors.joining()));
        awaitLast(services.get(services.size() - 1));
    }

    private static void apply(String manifests) {
        try {
            Path file = Files.createTempFile("osier-test", ".yaml");
            try {
                Files.writeString(file, manifests);
                osier("apply", "-f", file.toString()).succeeded();
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whoever serves the last one serves those before it. */
    private void awaitLast(DrawnService last) {
        for (Question question : Questions.to(last)) {
            if (!question.portName().isEmpty() && !question.how().endsWith(Questions.AT_GATEWAY)) {
                await().pollDelay(Duration.ZERO)
                        .atMost(LOADED)
                        .untilAsserted(() -> assertThat(question.ask(namespace(question.client()), 1, PATIENCE_MILLIS))
                                .as(question.toString())
                                .allMatch(outcome -> outcome.contains("sees")));
            }
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        made.forEach(name -> bash("ip netns del " + name));
        lab.afterAll(context);
    }
}
