package io.osier.agent.model;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What single values of a manifest are, and what the table of fields asks of them. */
final class Values {
    private static final int MAX_PORT = 65_535;

    private Values() {}

    /** What a rule's values are, in words. */
    static String typeOf(String rule) {
        return switch (rule) {
            case "boolean" -> "true or false";
            case "int", "port", "nodePort" -> "a whole number";
            case "portOrName" -> "a number or a name";
            default -> "a text";
        };
    }

    static boolean isOfType(JsonNode value, String type) {
        return switch (type) {
            case "true or false" -> value.isBoolean();
            case "a whole number" -> isWhole(value);
            case "a number or a name" -> isWhole(value) || value.isString();
            default -> value.isString();
        };
    }

    private static boolean isWhole(JsonNode value) {
        return value.isNumber() && value.canConvertToExactIntegral();
    }

    /** What is wrong with a value of the right type; null if nothing is. */
    static @Nullable String fault(JsonNode value, String rule) {
        return switch (rule) {
            case "port" -> isPort(value) ? null : "must be between 1 and " + MAX_PORT + ", inclusive";
            case "nodePort" -> isNodePort(value) ? null : ServicePort.NODE_PORT_RANGE;
            case "portOrName" -> value.isString() ? nameFault(value.asString()) : fault(value, "port");
            case "int" -> value.canConvertToInt() ? null : "too large";
            case "protocol" -> value.asString().matches("TCP|UDP|SCTP") ? null : "must be TCP, UDP or SCTP";
            case "ip", "ipv4", "backend", "cidr", "address" ->
                IpAddress.hasLeadingZeros(value.asString())
                        ? IpAddress.LEADING_ZEROS
                        : addressFault(value.asString(), rule);
            case "time" -> isTime(value.asString()) ? null : "must be a time such as 2026-01-31T12:00:00Z";
            case "portName" -> value.asString().isEmpty() ? null : Ports.nameFault(value.asString());
            case "label" -> value.asString().isEmpty() ? null : labelFault(value.asString());
            default -> null;
        };
    }

    private static boolean isPort(JsonNode value) {
        return value.canConvertToInt() && value.asInt() >= 1 && value.asInt() <= MAX_PORT;
    }

    private static boolean isNodePort(JsonNode value) {
        return value.canConvertToInt() && (value.asInt() == 0 || ServicePort.isNodePort(value.asInt()));
    }

    private static @Nullable String nameFault(String name) {
        if (name.chars().allMatch(Character::isDigit)) {
            return "a number must stand without quotes, a name must have a letter";
        }
        return Ports.nameFault(name);
    }

    private static @Nullable String labelFault(String name) {
        return name.length() <= 63 && name.matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")
                ? null
                : "must be at most 63 lower case letters, digits and '-', and begin and end with a letter or digit";
    }

    private static @Nullable String addressFault(String text, String rule) {
        return switch (rule) {
            case "ip" -> isAddress(text, false) ? null : "must be an IP address";
            case "backend" -> backendFault(text);
            case "ipv4" -> isAddress(text, true) ? null : "must be an IPv4 address";
            case "cidr" -> isPrefix(text) ? null : "must be a prefix such as 10.32.0.0/24";
            default -> null; // said where it is read
        };
    }

    private static @Nullable String backendFault(String text) {
        return isAddress(text, false) ? BackendAddress.fault(IpAddress.parse(text)) : "must be an IP address";
    }

    private static boolean isAddress(String text, boolean v4) {
        try {
            return IpAddress.parse(text).isV4() || !v4;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isPrefix(String text) {
        try {
            IpPrefix.parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isTime(String text) {
        try {
            Instant.parse(text);
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** Whether a value says no more than leaving it out would. */
    static boolean asksForNothing(JsonNode value) {
        return value.isNull()
                || (value.isContainer() && value.isEmpty())
                || (value.isString() && value.asString().isEmpty())
                || (value.isBoolean() && !value.asBoolean())
                || (value.isNumber() && value.asDouble() == 0);
    }

    /** The value in words: {@code the number 1.10}. */
    static String describe(JsonNode value, String shown) {
        if (value.isNull()) {
            return "nothing";
        }
        if (value.isContainer()) {
            return value.isObject() ? "an object" : "a list";
        }
        String kind = value.isNumber() ? "number" : value.isBoolean() ? "boolean" : "text";
        return "the " + kind + " " + (value.isString() ? "\"" + shown + "\"" : shown);
    }
}
