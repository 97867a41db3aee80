package io.osier.dataplane.packet;

import java.util.Locale;

/** Every way in which a packet can end without being delivered, each with the sentence that users read. */
public enum DropReason {
    FRAME_TOO_SHORT("shorter than an Ethernet header"),
    MALFORMED_ARP("an ARP packet that is cut short or not for IPv4 over Ethernet"),
    MALFORMED_IPV4("an IPv4 header that is cut short or contradicts the frame's length"),
    MALFORMED_IPV6("an IPv6 header that is cut short or contradicts the frame's length"),
    VLAN_TAGGED("with a VLAN tag, which is none of this segment's; a kernel takes some for untagged"),
    MALFORMED_TRANSPORT("a TCP, UDP, SCTP or ICMP header that is cut short"),
    LINK_CONSTRAINED("to an address that bridges keep to one link (01:80:c2:00:00:0x)"),
    SPOOFED_MAC("from a MAC address that belongs to another port"),
    SPOOFED_ADDRESS("from an IP address that is not the pod's own"),
    MAPPED_ADDRESS("an IPv6 packet of an IPv4-mapped address (::ffff:0:0/96), which belongs on no wire"),
    ROUTER_ADVERTISEMENT("a router advertisement or redirect from a station that is no router"),
    UNKNOWN_ARP_TARGET("an ARP request or neighbour solicitation for an address that nobody has"),
    ANNOUNCEMENT("a gratuitous ARP or neighbour announcement, which nobody here needs"),
    NO_RECEIVER("a broadcast while nobody else is on the segment"),
    NO_SUCH_POD("to a pod address that no pod has"),
    SAME_PORT("to the port that it came from"),
    TUNNEL_TO_TUNNEL("from one tunnel into another"),
    NO_ENDPOINT("to a service that has no ready endpoint; rejected with ICMP port unreachable"),
    NO_LOCAL_ENDPOINT("to a service that keeps to the node, which has no endpoint of it"),
    SOURCE_NOT_ALLOWED("to a load balancer's address from outside its source ranges"),
    NO_SERVICE("to an address of the service range that no service has; rejected with ICMP port unreachable"),
    NO_SERVICE_PORT("to a port that the service does not have; rejected with ICMP port unreachable"),
    SERVICE_FRAGMENT("a fragment of a packet to a service that came without its first part"),
    CONNECTION_TABLE_FULL("a new flow to a service while the connection table is full"),
    MASQUERADE_PORTS_EXHAUSTED("a new flow to masquerade while every port is taken"),
    UNTRANSLATABLE("to a service, of a kind that cannot be translated"),
    FLOW_RESET("of a connection whose backend was removed; both ends are reset"),
    STALE_FLOW("from a backend that its service no longer has"),
    UNKNOWN_TUNNEL_PEER("a tunnel packet from an address that is no node's"),
    MALFORMED_VXLAN("a tunnel packet that is cut short or has no valid network identifier"),
    WRONG_VNI("a tunnel packet of another network identifier"),
    BAD_CHECKSUM("a tunnel packet whose inner TCP or UDP checksum is wrong"),
    UNSEGMENTABLE("a super-frame of a kind that cannot be cut into packets for the tunnel"),
    NO_TUNNEL("to a node that has no tunnel yet"),
    TOO_BIG("larger than the path lets through"),
    PORT_DOWN("to an interface that is down or gone"),
    PORT_REFUSED("that the kernel did not take, as malformed"),
    PORT_FULL("to an interface whose queue is full"),
    PORT_OVERFLOW("from a pod or the host that sent faster than it was taken; the kernel counts them at its interface"),
    UNDERLAY_FULL("to the underlay while its socket buffer was full"),
    UNDERLAY_OVERFLOW("tunnel packets that came faster than they were taken; the kernel counts a train as one"),
    UNDERLAY_UNREACHABLE("to a node that the underlay has no route to"),
    OUT_OF_BUFFERS("while no buffer was free for a copy"),
    FLOW_SHARE_EXHAUSTED("a new flow of a client that has half of the connection table already"),
    EGRESS_POLICY("from a pod that a NetworkPolicy isolates for egress, and none allows it"),
    INGRESS_POLICY("to a pod that a NetworkPolicy isolates for ingress, and none allows it");

    private final String sentence;
    private final String label;

    DropReason(String sentence) {
        this.sentence = sentence;
        this.label = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The name that users see: {@code no-endpoint}. */
    public String label() {
        return label;
    }

    /** What happened, in words. */
    public String sentence() {
        return sentence;
    }
}
