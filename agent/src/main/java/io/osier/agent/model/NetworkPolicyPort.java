package io.osier.agent.model;

import org.jspecify.annotations.Nullable;

/**
 * Ports that a policy lets traffic come to.
 *
 * @param port a number, or the name of a port of the pod that traffic comes to; null for all ports of the protocol
 * @param endPort the last of the ports that begin with {@code port}; null if it is the only one
 */
public record NetworkPolicyPort(
        String protocol, @Nullable Object port, @Nullable Integer endPort) {
    private static final String TCP = "TCP";

    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public NetworkPolicyPort {
        protocol = protocol == null || protocol.isEmpty() ? TCP : protocol;
        port = port instanceof Number number ? Integer.valueOf(number.intValue()) : port;
    }

    void check(String at) {
        Ports.checkProtocol(at + ".protocol", protocol);
        if (port instanceof Integer number) {
            Ports.check(at + ".port", number);
            if (endPort != null && endPort < number) {
                throw ValidationException.invalid(at + ".endPort", endPort, "must be greater than or equal to port");
            }
        } else if (port instanceof String name) {
            Ports.checkName(at + ".port", name);
        } else if (port != null) {
            throw ValidationException.invalid(at + ".port", port, "must be a number or a name");
        }
        if (endPort != null) {
            if (!(port instanceof Integer)) {
                throw new ValidationException(at + ".endPort: Forbidden: may not be specified when port is "
                        + (port == null ? "not specified" : "non-numeric"));
            }
            Ports.check(at + ".endPort", endPort);
        }
    }

    /** The first of its ports on this pod: 1 if all are meant, 0 if it has the name of none; without a pod no name counts. */
    public int firstOn(@Nullable Pod pod) {
        return port == null ? 1 : port instanceof Integer number ? number : named(pod);
    }

    /** The last of its ports on this pod; 0 if the pod has none of the name. */
    public int lastOn(@Nullable Pod pod) {
        return port == null ? Ports.MAX : endPort != null ? endPort : firstOn(pod);
    }

    private int named(@Nullable Pod pod) {
        return pod == null
                ? 0
                : pod.spec().containers().stream()
                        .flatMap(container -> container.ports().stream())
                        .filter(candidate -> String.valueOf(port).equals(candidate.name()))
                        .filter(candidate -> protocol.equals(candidate.protocol() == null ? TCP : candidate.protocol()))
                        .mapToInt(Container.ContainerPort::containerPort)
                        .findFirst()
                        .orElse(0);
    }
}
