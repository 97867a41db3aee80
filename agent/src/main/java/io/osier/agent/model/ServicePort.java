package io.osier.agent.model;

import org.jspecify.annotations.Nullable;

/**
 * One port of a service.
 *
 * @param targetPort a number or the name of one of the pod's ports; {@code port} itself if left out
 * @param nodePort the port of every node that leads here, too; chosen for it if the service's type asks for one
 */
public record ServicePort(
        @Nullable String name,
        String protocol,
        int port,
        Object targetPort,
        @Nullable Integer nodePort) {
    public static final int FIRST_NODE_PORT = 30_000;
    public static final int LAST_NODE_PORT = 32_767;

    static final String NODE_PORT_RANGE = "provided port is not in the valid range. The range of valid ports is "
            + FIRST_NODE_PORT + "-" + LAST_NODE_PORT;

    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public ServicePort {
        protocol = Ports.checkProtocol("spec.ports[].protocol", protocol == null ? "TCP" : protocol);
        Ports.check("spec.ports[].port", port);
        targetPort = targetPort == null ? port : targetPort;
        if (targetPort instanceof Number number) {
            Ports.check("spec.ports[].targetPort", number.intValue());
            targetPort = number.intValue();
        } else if (!(targetPort instanceof String target) || target.isEmpty()) {
            throw ValidationException.invalid("spec.ports[].targetPort", targetPort, "must be a number or a name");
        }
        if (name != null && !name.isEmpty()) {
            Names.checkLabel("spec.ports[].name", name);
        }
        nodePort = nodePort == null || nodePort == 0 ? null : nodePort;
        if (nodePort != null && !isNodePort(nodePort)) {
            throw ValidationException.invalid("spec.ports[].nodePort", nodePort, NODE_PORT_RANGE);
        }
    }

    /** One that is reached at the service's address only. */
    public ServicePort(@Nullable String name, String protocol, int port, Object targetPort) {
        this(name, protocol, port, targetPort, null);
    }

    static boolean isNodePort(int port) {
        return port >= FIRST_NODE_PORT && port <= LAST_NODE_PORT;
    }

    public ServicePort withNodePort(@Nullable Integer other) {
        return new ServicePort(name, protocol, port, targetPort, other);
    }

    /** The port of this pod that packets go to, or 0 if it has none of that name. */
    public int targetOn(Pod pod) {
        if (targetPort instanceof Integer number) {
            return number;
        }
        return pod.spec().containers().stream()
                .flatMap(container -> container.ports().stream())
                .filter(candidate -> targetPort.equals(candidate.name()))
                .filter(candidate -> candidate.protocol() == null || protocol.equals(candidate.protocol()))
                .mapToInt(Container.ContainerPort::containerPort)
                .findFirst()
                .orElse(0);
    }
}
