package io.osier.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SyncMetricsTest {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final SyncMetrics metrics = new SyncMetrics(registry);

    private Exposition page() {
        return Exposition.read(new String(new MetricsPage(registry).write(), StandardCharsets.UTF_8));
    }

    @Test
    void everyChangeIsPendingUntilARoundThatBeganAfterItIsDone() {
        metrics.serviceChanged();
        SyncMetrics.Round round = metrics.begin();
        metrics.serviceChanged();
        assertThat(page().value("kubeproxy_sync_proxy_rules_service_changes_pending"))
                .isEqualTo(2);

        round.done();

        assertThat(page().value("kubeproxy_sync_proxy_rules_service_changes_pending"))
                .isEqualTo(1);
        assertThat(page().value("kubeproxy_sync_proxy_rules_service_changes_total"))
                .isEqualTo(2);
        metrics.begin().done();
        assertThat(page().value("kubeproxy_sync_proxy_rules_service_changes_pending"))
                .isZero();
        assertThat(page().value("kubeproxy_sync_proxy_rules_duration_seconds_count"))
                .isEqualTo(2);
    }

    @Test
    void changesOfARoundThatFailedStayPending() {
        metrics.endpointsChanged();
        metrics.begin();

        assertThat(page().value("kubeproxy_sync_proxy_rules_endpoint_changes_pending"))
                .isEqualTo(1);
        assertThat(page().value("kubeproxy_sync_proxy_rules_duration_seconds_count"))
                .isZero();
    }

    @Test
    void programmingIsMeasuredWhereEndpointsChanged() {
        metrics.serviceChanged();
        metrics.begin().done();
        assertThat(page().value("kubeproxy_network_programming_duration_seconds_count"))
                .isZero();

        metrics.endpointsChanged();
        metrics.endpointsChanged();
        metrics.begin().done();
        assertThat(page().value("kubeproxy_network_programming_duration_seconds_count"))
                .isEqualTo(1);
        assertThat(page().value("kubeproxy_network_programming_duration_seconds_bucket{le=\"300.0\"}"))
                .isEqualTo(1);
    }

    @Test
    void timesAreUnixTimes() {
        metrics.queued();
        metrics.begin().done();
        double now = System.currentTimeMillis() / 1e3;

        assertThat(page().value("kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds"))
                .isBetween(now - 5, now);
        assertThat(page().value("kubeproxy_sync_proxy_rules_last_timestamp_seconds"))
                .isBetween(now - 5, now);
    }
}
