package io.osier.agent.bootstrap;

import io.osier.agent.model.ValidationException;
import io.osier.dataplane.packet.IpAddress;
import java.net.InetSocketAddress;

/** An address and port to listen at, as people write them: {@code 127.0.0.1:10249}, {@code [::]:10249}. */
final class ListenAddress {
    private ListenAddress() {}

    /**
     * Reads one; names are not looked up.
     *
     * @throws ValidationException in one line that names the key
     */
    static InetSocketAddress parse(String key, String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        try {
            IpAddress address = IpAddress.parseStrictly(bracketed ? host.substring(1, host.length() - 1) : host);
            int port = Integer.parseInt(text.substring(colon + 1));
            if (bracketed != address.isV4() && port >= 1 && port <= 65_535) {
                return new InetSocketAddress(address.toString(), port);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new ValidationException(key + ": Invalid value: \"" + text
                + "\": must be an address and a port, such as 127.0.0.1:10249 or [::1]:10249");
    }
}
