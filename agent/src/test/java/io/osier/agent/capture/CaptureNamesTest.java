package io.osier.agent.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CaptureNamesTest {
    @Test
    void takesNamesFromKubernetesLists() {
        CaptureNames names =
                new CaptureNames().addPods(json("""
                        {"items": [
                          {"metadata": {"name": "web-1", "namespace": "default"},
                           "status": {"podIP": "10.32.1.2", "podIPs": [{"ip": "10.32.1.2"}, {"ip": "fd00::2"}]}},
                          {"metadata": {"name": "web-1", "namespace": "shop"}, "status": {"podIP": "10.32.1.3"}},
                          {"metadata": {"name": "pending"}, "status": {}}]}""")).addServices(json("""
                        {"items": [
                          {"metadata": {"name": "web"}, "spec": {"clusterIPs": ["10.96.0.10", "fd00::a"]}},
                          {"metadata": {"name": "headless"}, "spec": {"clusterIPs": ["None"]}}]}""")).addNodes(json("""
                        {"items": [{"metadata": {"name": "node-a"},
                          "status": {"addresses": [{"type": "InternalIP", "address": "172.30.0.1"}]}}]}"""));

        assertThat(names.byAddress())
                .isEqualTo(Map.of(
                        IpAddress.parse("10.32.1.2"), List.of("web-1"),
                        IpAddress.parse("fd00::2"), List.of("web-1"),
                        IpAddress.parse("10.32.1.3"), List.of("web-1.shop"),
                        IpAddress.parse("10.96.0.10"), List.of("web"),
                        IpAddress.parse("fd00::a"), List.of("web"),
                        IpAddress.parse("172.30.0.1"), List.of("node-a")));
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }
}
