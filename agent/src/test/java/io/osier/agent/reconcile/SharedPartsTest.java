package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.Manifests;
import io.osier.agent.model.Pod;
import org.junit.jupiter.api.Test;

class SharedPartsTest {
    private final SharedParts parts = new SharedParts();

    private static Pod pod(String name, String address) {
        return (Pod)
                Manifests.read("""
                        {apiVersion: v1, kind: Pod, metadata: {name: %s, namespace: shop, labels: {app: web, tier: front}},
                         spec: {nodeName: node-a, containers: [{command: [serve, fast], ports: [{name: http, containerPort: 80}]}]},
                         status: {phase: Running, podIP: %s, podIPs: [{ip: %s}, {ip: "fd00::1"}], ready: true}}
                        """.formatted(name, address, address)).get(0).bind();
    }

    @Test
    void aPodIsWhatItWas() {
        Pod pod = pod("web-1", "10.32.0.2");

        assertThat(parts.sharing(pod)).isEqualTo(pod);
        assertThat(parts.sharing(pod("web-1", "10.32.0.2"))).isEqualTo(pod);
    }

    @Test
    void whatTwoPodsHaveInCommonIsThereOnce() {
        Pod one = parts.sharing(pod("web-1", "10.32.0.2"));
        Pod other = parts.sharing(pod("web-2", "10.32.0.3"));

        assertThat(other.metadata().labels()).isSameAs(one.metadata().labels());
        assertThat(other.metadata().namespace()).isSameAs(one.metadata().namespace());
        assertThat(other.spec().containers()).isSameAs(one.spec().containers());
        assertThat(other.spec().nodeName()).isSameAs(one.spec().nodeName());
        assertThat(other.status().phase()).isSameAs(one.status().phase());
        assertThat(one.status().podIPs().get(0).ip()).isSameAs(one.status().podIP());
        assertThat(other.status().podIP()).isEqualTo("10.32.0.3");
    }
}
