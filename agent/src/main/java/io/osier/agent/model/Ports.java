package io.osier.agent.model;

import java.util.List;

/** What port numbers and protocols may be. */
final class Ports {
    static final int MAX = 65_535;

    private static final int MAX_NAME_CHARACTERS = 15;
    private static final List<String> PROTOCOLS = List.of("TCP", "UDP", "SCTP");

    private Ports() {}

    static void check(String field, int port) {
        if (port < 1 || port > MAX) {
            throw ValidationException.invalid(field, port, "must be between 1 and 65535, inclusive");
        }
    }

    /** RFC 6335's rules for the names of services, which Kubernetes asks of those of ports. */
    static void checkName(String field, String name) {
        boolean valid = name.length() <= MAX_NAME_CHARACTERS
                && name.matches("[a-z0-9]+(-[a-z0-9]+)*")
                && name.chars().anyMatch(Character::isLetter);
        if (!valid) {
            throw ValidationException.invalid(
                    field,
                    name,
                    "a port's name has at most 15 lower case letters, digits and single '-' between them, and a letter");
        }
    }

    static String checkProtocol(String field, String protocol) {
        if (!PROTOCOLS.contains(protocol)) {
            throw ValidationException.invalid(field, protocol, "must be TCP, UDP or SCTP");
        }
        return protocol;
    }
}
