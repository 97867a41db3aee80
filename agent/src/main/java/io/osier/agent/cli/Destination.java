package io.osier.agent.cli;

import io.osier.dataplane.packet.IpAddress;
import java.util.regex.Pattern;

/**
 * Where a packet is to go, as users write it: {@code 10.96.0.10:80}, {@code [fd00::1]:80}, or an address alone.
 *
 * @param port empty if none is given
 */
record Destination(String address, String port) {
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final int MAX_PORT = 65_535;

    /** @throws CliException of wrong usage, if it is anything else */
    static Destination parse(String command, String text) {
        Destination parsed = split(command, text);
        try {
            IpAddress.parse(parsed.address);
        } catch (IllegalArgumentException e) {
            throw CliException.usage(
                    command + ": --to " + text + ": \"" + parsed.address + "\" is no IP address: write IP or IP:PORT");
        }
        if (IpAddress.hasLeadingZeros(parsed.address)) {
            throw CliException.usage(command + ": --to " + text + ": " + IpAddress.LEADING_ZEROS);
        }
        if (!parsed.port.isEmpty() && !isPort(parsed.port)) {
            throw CliException.usage(command + ": --to " + text + ": the port must be 1 to " + MAX_PORT);
        }
        return parsed;
    }

    private static boolean isPort(String text) {
        return PORT.matcher(text).matches() && Integer.parseInt(text) >= 1 && Integer.parseInt(text) <= MAX_PORT;
    }

    private static Destination split(String command, String text) {
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            String rest = end < 0 ? "" : text.substring(end + 1);
            if (end < 0 || !(rest.isEmpty() || (rest.startsWith(":") && rest.length() > 1))) {
                throw CliException.usage(command + ": --to " + text + ": write [IP]:PORT");
            }
            return new Destination(text.substring(1, end), rest.isEmpty() ? "" : rest.substring(1));
        }
        int colon = text.indexOf(':');
        boolean bareIpv6 = colon >= 0 && text.indexOf(':', colon + 1) >= 0;
        if (colon < 0 || bareIpv6) {
            return new Destination(text, "");
        }
        if (colon == text.length() - 1) {
            throw CliException.usage(command + ": --to " + text + ": write IP:PORT");
        }
        return new Destination(text.substring(0, colon), text.substring(colon + 1));
    }
}
