package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.metrics.Exposition;
import io.osier.agent.metrics.MetricsPage;
import io.osier.agent.metrics.SyncMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus gets from an agent. */
class MetricsTest {
    @TempDir
    Path folder;

    private TestAgent agent;

    @BeforeEach
    void start() throws IOException {
        agent = new TestAgent(folder, 0);
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    private static String text(ApiResponse response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private ApiResponse ask(String method, String uri) {
        return RequestHandler.answer(agent.routes, method, uri, new byte[0]);
    }

    @Test
    void thePageIsPrometheusTextFormat() {
        ApiResponse response = ask("GET", "/metrics");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        Exposition page = Exposition.read(text(response));
        assertThat(page.value("osier_build_info{version=\"test\"}")).isEqualTo(1);
        assertThat(page.value("osier_store_up")).isEqualTo(1);
        assertThat(page.value("osier_packets_dropped_total{reason=\"no-endpoint\"}"))
                .isZero();
        assertThat(page.value("osier_flows{state=\"ESTABLISHED\"}")).isZero();
        assertThat(page.value("osier_table_capacity{table=\"flows\"}")).isEqualTo(131_072);
    }

    @Test
    void aNodeTellsTheSameOfItselfByName() {
        assertThat(text(ask("GET", "/osier/v1/metrics?node=node-a"))).contains("osier_store_up 1.0\n");
        assertThat(ask("POST", "/metrics").status()).isEqualTo(405);
        assertThat(ask("GET", "/metrics/more").status()).isEqualTo(404);
    }

    @Test
    @SuppressWarnings("try") // it is there to be asked by others
    void byTcpThereAreMetricsAndNothingElse() throws IOException, InterruptedException {
        InetSocketAddress address = TestAgent.freeAddress();
        PrometheusRegistry registry = new PrometheusRegistry();
        new SyncMetrics(registry).serviceChanged();
        try (ApiServer server = ApiServer.listenForScrapes(address, new MetricsPage(registry))) {
            HttpClient client = HttpClient.newHttpClient();
            HttpResponse<String> page = client.send(request(address, "/metrics"), HttpResponse.BodyHandlers.ofString());
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(Exposition.read(page.body()).value("kubeproxy_sync_proxy_rules_service_changes_total"))
                    .isEqualTo(1);
            assertThat(client.send(request(address, "/api/v1/pods"), HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    private static HttpRequest request(InetSocketAddress address, String path) {
        return HttpRequest.newBuilder(URI.create("http://" + TestAgent.hostPort(address) + path))
                .build();
    }

    @Test
    void everyMetricIsInTheDocumentation() throws IOException {
        PrometheusRegistry registry = new PrometheusRegistry();
        new SyncMetrics(registry);
        String pages =
                text(ask("GET", "/metrics")) + new String(new MetricsPage(registry).write(), StandardCharsets.UTF_8);
        String documentation = Files.readString(Path.of("../docs/metrics.md"));

        Exposition.read(pages)
                .types()
                .forEach((name, type) -> assertThat(documentation).contains("| `" + name + "` | " + type + " |"));
    }
}
