package io.osier.agent.bootstrap;

import io.osier.agent.api.server.ApiServer;
import io.osier.agent.metrics.MetricsPage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where Prometheus may ask; can be moved while the agent runs. Safe for any thread. */
final class MetricsDoor implements AutoCloseable {
    private final MetricsPage page;
    private @Nullable String address;
    private @Nullable ApiServer server;
    private boolean closed;

    /** Shut. */
    MetricsDoor(MetricsPage page) {
        this.page = page;
    }

    /**
     * Listens there from now on, and nowhere else.
     *
     * @param wanted {@code HOST:PORT}; null for nowhere
     * @throws IOException in one line, if that cannot be; then it listens where it did
     */
    synchronized void moveTo(@Nullable String wanted) throws IOException {
        if (closed) {
            return;
        }
        String before = address;
        // First, since the old address and the new one may exclude each other.
        shut();
        try {
            open(wanted);
        } catch (IOException e) {
            open(before);
            throw e;
        }
    }

    private void open(@Nullable String wanted) throws IOException {
        if (wanted != null) {
            server = ApiServer.listenForScrapes(ListenAddress.parse("metricsAddress", wanted), page);
        }
        address = wanted;
    }

    private void shut() {
        if (server != null) {
            server.close();
            server = null;
        }
        address = null;
    }

    @Override
    public synchronized void close() {
        closed = true;
        shut();
    }
}
