package io.osier.agent.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

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

    static void checkName(String field, String name) {
        String fault = nameFault(name);
        if (fault != null) {
            throw ValidationException.invalid(field, name, fault);
        }
    }

    /**
     * What is wrong with the name of a pod's port, in Kubernetes' words; null if nothing is. The rules are those of RFC 6335, section
     * 5.1, in lower case; a service's port has a label for its name.
     */
    static @Nullable String nameFault(String name) {
        if (name.length() > MAX_NAME_CHARACTERS) {
            return "must be no more than " + MAX_NAME_CHARACTERS + " characters";
        }
        if (!name.matches("[-a-z0-9]+")) {
            return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
        }
        if (name.chars().noneMatch(Character::isLetter)) {
            return "must contain at least one letter (a-z)";
        }
        if (name.contains("--")) {
            return "must not contain consecutive hyphens";
        }
        return name.startsWith("-") || name.endsWith("-") ? "must not begin or end with a hyphen" : null;
    }

    static String checkProtocol(String field, String protocol) {
        if (!PROTOCOLS.contains(protocol)) {
            throw ValidationException.invalid(field, protocol, "must be TCP, UDP or SCTP");
        }
        return protocol;
    }
}
