package io.osier.agent.api.server;

import io.osier.agent.model.Json;
import io.osier.agent.reconcile.HealthCheck;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The health-check node ports: a load balancer asks each node whether it has endpoints of a service whose traffic stays on the
 * node that it comes to, and is answered as kube-proxy answers, 200 or 503, at every address of the node. Safe for any thread.
 */
public final class HealthCheckServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HealthCheckServer.class);

    private final Map<Integer, Door> doors = new HashMap<>();
    private final Set<Integer> refused = new HashSet<>();
    private boolean closed;

    private static final class Door implements ApiRoutes, AutoCloseable {
        private final ApiServer server;
        private volatile HealthCheck check;

        Door(HealthCheck check) throws IOException {
            this.check = check;
            server = ApiServer.listenOpenly(new InetSocketAddress(check.port()), this);
        }

        @Override
        public ApiResponse answer(ApiRequest request) {
            return HealthCheckServer.answer(check);
        }

        @Override
        public void close() {
            server.close();
        }
    }

    /** Answers for these services from now on, and for no others. A port that somebody else has is told in the log. */
    public synchronized void take(List<HealthCheck> checks) {
        if (closed) {
            return;
        }
        Map<Integer, HealthCheck> wanted = new HashMap<>();
        checks.forEach(check -> wanted.putIfAbsent(check.port(), check));
        refused.retainAll(wanted.keySet());
        doors.entrySet().removeIf(door -> {
            if (!wanted.containsKey(door.getKey())) {
                door.getValue().close();
                return true;
            }
            return false;
        });
        wanted.forEach((port, check) -> {
            Door door = doors.get(port);
            if (door != null) {
                door.check = check;
            } else {
                open(check);
            }
        });
    }

    private void open(HealthCheck check) {
        try {
            doors.put(check.port(), new Door(check));
            refused.remove(check.port());
        } catch (IOException e) {
            if (refused.add(check.port())) {
                LOG.warn(
                        "the health of service {}/{} cannot be asked for: {}",
                        check.namespace(),
                        check.name(),
                        e.getMessage());
            }
        }
    }

    private static ApiResponse answer(HealthCheck check) {
        ObjectNode body = Json.object();
        body.putObject("service").put("namespace", check.namespace()).put("name", check.name());
        body.put("localEndpoints", check.localEndpoints()).put("serviceProxyHealthy", true);
        int status = check.localEndpoints() > 0 ? 200 : 503;
        return new ApiResponse(
                status,
                "application/json",
                Json.bytes(body),
                null,
                null,
                Map.of(
                        "X-Content-Type-Options",
                        "nosniff",
                        "X-Load-Balancing-Endpoint-Weight",
                        Integer.toString(check.localEndpoints())));
    }

    @Override
    public synchronized void close() {
        closed = true;
        doors.values().forEach(Door::close);
        doors.clear();
    }
}
