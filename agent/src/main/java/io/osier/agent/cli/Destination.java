package io.osier.agent.cli;

/**
 * Where a packet is to go, as users write it: {@code 10.96.0.10:80}, {@code [fd00::1]:80}, or an address alone.
 *
 * @param port empty if none is given
 */
record Destination(String address, String port) {
    /** @throws CliException of wrong usage, if brackets do not close or have something else than a port behind them */
    static Destination parse(String command, String text) {
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
        return colon < 0 || bareIpv6
                ? new Destination(text, "")
                : new Destination(text.substring(0, colon), text.substring(colon + 1));
    }
}
