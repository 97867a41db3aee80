package io.osier.agent.api.server;

import io.osier.agent.ipam.NodePortClaims;
import io.osier.agent.model.ServicePort;
import io.osier.agent.model.ServiceSpec;
import io.osier.agent.store.Keyspace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gives the ports of a service that asks for it their node ports, and takes them back. */
final class NodePorts {
    private static final String TCP = "TCP";

    private final NodePortClaims claims;

    NodePorts(Keyspace store) {
        claims = new NodePortClaims(store, ServicePort.FIRST_NODE_PORT, ServicePort.LAST_NODE_PORT);
    }

    /** The spec with every node port chosen: as asked, as before, or the next that is free. Claims nothing. */
    ServiceSpec choose(ServiceSpec spec, @Nullable ServiceSpec before, String owner) {
        if (!spec.hasNodePorts()) {
            return spec;
        }
        Set<String> taken = new HashSet<>();
        Integer asked = spec.healthCheckNodePort();
        Integer health = asked != null || before == null ? asked : before.healthCheckNodePort();
        if (health != null) {
            taken.add(TCP + health);
        }
        spec.ports().stream()
                .filter(port -> port.nodePort() != null)
                .forEach(port -> taken.add(port.protocol() + port.nodePort()));
        List<ServicePort> ports = new ArrayList<>();
        for (ServicePort port : spec.ports()) {
            Integer kept = before == null ? null : nodePortBefore(before, port);
            if (port.nodePort() != null) {
                ports.add(port);
            } else if (kept != null && taken.add(port.protocol() + kept)) {
                ports.add(port.withNodePort(kept));
            } else {
                ports.add(port.withNodePort(free(port.protocol(), port.port(), taken, owner)));
            }
        }
        ServiceSpec chosen = spec.withPorts(ports);
        if (!spec.needsHealthCheck()) {
            return chosen;
        }
        return chosen.withHealthCheckNodePort(health != null ? health : free(TCP, 0, taken, owner));
    }

    private static @Nullable Integer nodePortBefore(ServiceSpec before, ServicePort port) {
        return before.ports().stream()
                .filter(known -> known.port() == port.port() && known.protocol().equals(port.protocol()))
                .map(ServicePort::nodePort)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private int free(String protocol, int port, Set<String> taken, String owner) {
        int range = ServicePort.LAST_NODE_PORT - ServicePort.FIRST_NODE_PORT + 1;
        int start =
                ServicePort.FIRST_NODE_PORT + Math.floorMod((owner + protocol + port).hashCode() * 0x9e37_79b1, range);
        for (int i = 0; i < range; i++) {
            int free = claims.nextFree(protocol, start)
                    .orElseThrow(() -> new ApiError(507, "InsufficientStorage", "every node port is taken"));
            if (taken.add(protocol + free)) {
                return free;
            }
            start = free + 1;
        }
        throw new ApiError(507, "InsufficientStorage", "every node port is taken");
    }

    /** Claims the spec's node ports; throws {@link ApiError} if one is another's. */
    void claim(ServiceSpec spec, String owner) {
        Integer health = spec.healthCheckNodePort();
        if (health != null && !claims.claim(TCP, health, owner)) {
            throw ApiError.invalid("spec.healthCheckNodePort: Invalid value: " + health
                    + ": provided port is already allocated to "
                    + claims.ownerOf(TCP, health).orElse("somebody else"));
        }
        for (int i = 0; i < spec.ports().size(); i++) {
            ServicePort port = spec.ports().get(i);
            Integer nodePort = port.nodePort();
            if (nodePort != null && !claims.claim(port.protocol(), nodePort, owner)) {
                throw ApiError.invalid("spec.ports[" + i + "].nodePort: Invalid value: " + nodePort
                        + ": provided port is already allocated to "
                        + claims.ownerOf(port.protocol(), nodePort).orElse("somebody else"));
            }
        }
    }

    /** Gives back what {@code before} had and {@code after} has not. */
    void release(ServiceSpec before, @Nullable ServiceSpec after, String owner) {
        Integer health = before.healthCheckNodePort();
        if (health != null && (after == null || !health.equals(after.healthCheckNodePort()))) {
            claims.release(TCP, health, owner);
        }
        for (ServicePort port : before.ports()) {
            Integer nodePort = port.nodePort();
            boolean kept = after != null
                    && after.ports().stream()
                            .anyMatch(other -> Objects.equals(other.nodePort(), nodePort)
                                    && other.protocol().equals(port.protocol()));
            if (nodePort != null && !kept) {
                claims.release(port.protocol(), nodePort, owner);
            }
        }
    }
}
