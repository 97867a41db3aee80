package io.osier.agent.scenario;

import io.osier.dataplane.packet.EmbeddingPrefix;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.util.Arrays;
import java.util.Locale;

/** The addresses of a comparison with kube-proxy, by family of IP. IPv6's follow from IPv4's, on both sides. */
enum Family {
    IPV4("IPv4", "iptables", "10.32.0.0/12", 24, 32),
    IPV6("IPv6", "ip6tables", "fd6f:7369:6572:1::a20:0/108", 64, 128);

    /** Nobody is there who would answer or forward, as on the way to an address that is none of the cluster's. */
    static final String WORLD = "172.30.0.254";

    /** As Osier gives them to pods. */
    private static final EmbeddingPrefix PODS = EmbeddingPrefix.parse("fd6f:7369:6572:1::/96");

    private static final String UNDERLAY = "2001:db8:30::";

    /** As Kubernetes writes it. */
    final String label;

    final String iptables;
    final String podRange;
    final int underlayBits;
    final int hostBits;

    Family(String label, String iptables, String podRange, int underlayBits, int hostBits) {
        this.label = label;
        this.iptables = iptables;
        this.podRange = podRange;
        this.underlayBits = underlayBits;
        this.hostBits = hostBits;
    }

    /** Of an address or a prefix. */
    static Family of(String text) {
        return text.contains(":") ? IPV6 : IPV4;
    }

    Family other() {
        return this == IPV4 ? IPV6 : IPV4;
    }

    ProtocolFamily sockets() {
        return this == IPV4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    String of(Station station) {
        return ofThis(station.address);
    }

    String world() {
        return ofThis(WORLD);
    }

    /** A node's address in its pods' network. */
    String gateway(Station node) {
        return ofThis(node.gateway());
    }

    /** Where a node's pods are. */
    String podSubnet(Station node) {
        return this == IPV4
                ? node.podSubnet()
                : PODS.of(IpPrefix.parse(node.podSubnet())).toString();
    }

    private String ofThis(String v4) {
        if (this == IPV4) {
            return v4;
        }
        return v4.startsWith("10.")
                ? PODS.of(IpAddress.parse(v4)).toString()
                : UNDERLAY + Integer.toHexString(Integer.parseInt(v4.substring(v4.lastIndexOf('.') + 1)));
    }

    /** An address with a port, as it is written in one. */
    String at(Station station, int port) {
        return this == IPV4 ? of(station) + ":" + port : "[" + of(station) + "]:" + port;
    }

    /** Whose address this is; a node's addresses are all the node. */
    static String nameOf(String address) {
        String canonical = IpAddress.parse(address).toString().toLowerCase(Locale.ROOT);
        Family family = of(canonical);
        return Arrays.stream(Station.values())
                .filter(station -> family.of(station).equals(canonical)
                        || (station.role == Station.Role.NODE
                                && family.gateway(station).equals(canonical)))
                .map(station -> station.label)
                .findFirst()
                .orElse(canonical);
    }
}
