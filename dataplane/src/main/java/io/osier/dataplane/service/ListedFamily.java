package io.osier.dataplane.service;

import io.osier.dataplane.packet.IpPrefix;

/** The two listings of the service table: as {@code iptables} prints its own, and as {@code ip6tables} does. */
public enum ListedFamily {
    IPV4("0.0.0.0/0", "127.0.0.0/8", "icmp-port-unreachable", "255.255.255.255", 32),
    IPV6("::/0", "::1", "icmp6-port-unreachable", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 128);

    private final String anywhere;
    private final String loopback;
    private final String rejectWith;
    private final String hostMask;
    private final int addressBits;

    ListedFamily(String anywhere, String loopback, String rejectWith, String hostMask, int addressBits) {
        this.anywhere = anywhere;
        this.loopback = loopback;
        this.rejectWith = rejectWith;
        this.hostMask = hostMask;
        this.addressBits = addressBits;
    }

    boolean lists(VirtualService service) {
        return service.address().isV4() == (this == IPV4);
    }

    String anywhere() {
        return anywhere;
    }

    String loopback() {
        return loopback;
    }

    String rejectWith() {
        return "reject-with " + rejectWith;
    }

    /** A range, as {@code iptables} lists it: one address without its length. */
    String text(IpPrefix range) {
        return range.lengthBits() == addressBits ? range.address().toString() : range.toString();
    }

    /** Of a match that looks at all of an address. */
    String hostMask() {
        return hostMask;
    }

    int addressBits() {
        return addressBits;
    }
}
