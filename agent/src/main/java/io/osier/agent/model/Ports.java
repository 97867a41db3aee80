package io.osier.agent.model;

import java.util.List;

/** What port numbers and protocols may be. */
final class Ports {
    private static final List<String> PROTOCOLS = List.of("TCP", "UDP", "SCTP");

    private Ports() {}

    static void check(String field, int port) {
        if (port < 1 || port > 65_535) {
            throw ValidationException.invalid(field, port, "must be between 1 and 65535, inclusive");
        }
    }

    static String checkProtocol(String field, String protocol) {
        if (!PROTOCOLS.contains(protocol)) {
            throw ValidationException.invalid(field, protocol, "must be TCP, UDP or SCTP");
        }
        return protocol;
    }
}
