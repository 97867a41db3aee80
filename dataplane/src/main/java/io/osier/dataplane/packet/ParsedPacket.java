package io.osier.dataplane.packet;

/**
 * What {@link PacketParser} found in a frame: where its headers lie and the fields that forwarding asks for. Offsets are
 * absolute in the frame's memory. Reused for every packet; owned by the worker's thread.
 */
public final class ParsedPacket {
    /** Ethernet. */
    long destinationMac;

    long sourceMac;
    int etherType;

    /** The header behind Ethernet: ARP or IP. */
    int networkOffset;

    /** 4 or 6; 0 if the packet is not IP, and then no field below counts. */
    int ipVersion;

    int protocol;
    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    boolean fragment;
    boolean laterFragment;
    int fragmentId;
    int networkLength;
    int networkEnd;

    /** The transport header; no field below counts in later fragments. */
    int transportOffset;

    int sourcePort;
    int destinationPort;
    int tcpFlags;
    int sctpChunkType;
    int icmpType;

    /** The start of the packet inside an ICMP error; it counts only if {@link #hasEmbedded}. */
    boolean embedded;

    int embeddedOffset;
    int embeddedTransportOffset;
    int embeddedProtocol;
    long embeddedSourceHigh;
    long embeddedSourceLow;
    long embeddedDestinationHigh;
    long embeddedDestinationLow;
    int embeddedSourcePort;
    int embeddedDestinationPort;

    public long destinationMac() {
        return destinationMac;
    }

    /** Addresses the frame to another station, in its bytes and here. */
    public void setDestinationMac(Frame frame, long mac) {
        destinationMac = mac;
        EthernetHeader.setDestination(frame.bytes(), frame.start(), mac);
    }

    /** Makes the frame come from another station, in its bytes and here. */
    public void setSourceMac(Frame frame, long mac) {
        sourceMac = mac;
        EthernetHeader.setSource(frame.bytes(), frame.start(), mac);
    }

    public long sourceMac() {
        return sourceMac;
    }

    public int etherType() {
        return etherType;
    }

    public int networkOffset() {
        return networkOffset;
    }

    public boolean isIp() {
        return ipVersion != 0;
    }

    public boolean isIpv4() {
        return ipVersion == 4;
    }

    public boolean isIpv6() {
        return ipVersion == 6;
    }

    public boolean isArp() {
        return etherType == EthernetHeader.TYPE_ARP;
    }

    public int protocol() {
        return protocol;
    }

    public long sourceHigh() {
        return sourceHigh;
    }

    public long sourceLow() {
        return sourceLow;
    }

    public long destinationHigh() {
        return destinationHigh;
    }

    public long destinationLow() {
        return destinationLow;
    }

    public boolean isFragment() {
        return fragment;
    }

    /** A fragment other than the first, so without a transport header. */
    public boolean isLaterFragment() {
        return laterFragment;
    }

    /** What the fragments of one packet share; meaningless unless {@link #isFragment}. */
    public int fragmentId() {
        return fragmentId;
    }

    /** The length of the IP packet, tail included. */
    public int networkLengthBytes() {
        return networkLength;
    }

    /** Where the IP packet ends in the frame's window, before any Ethernet padding; what is in the tail comes after it. */
    public int networkEnd() {
        return networkEnd;
    }

    public int transportOffset() {
        return transportOffset;
    }

    /** Whether this is the start of a TCP, UDP or SCTP packet, so that the ports count. */
    public boolean hasPorts() {
        return ipVersion != 0 && !laterFragment && IpProtocol.hasPorts(protocol);
    }

    /** The sender's port; in an ICMP echo message both ports are its identifier, and in all others 0. */
    public int sourcePort() {
        return sourcePort;
    }

    public int destinationPort() {
        return destinationPort;
    }

    /** The TCP flags, 0 for other protocols. */
    public int tcpFlags() {
        return tcpFlags;
    }

    /** The type of an SCTP packet's first chunk (RFC 9260, section 3.2); -1 where there is none. */
    public int sctpChunkType() {
        return sctpChunkType;
    }

    /** Whether the packet is ICMP for its version of IP, so that {@link #icmpType} counts. */
    public boolean isIcmp() {
        return ipVersion != 0 && !laterFragment && protocol == (ipVersion == 4 ? IpProtocol.ICMP : IpProtocol.ICMPV6);
    }

    public int icmpType() {
        return icmpType;
    }

    /** Whether the packet is an ICMP error about a packet with ports or an echo message, whose start was found inside. */
    public boolean hasEmbedded() {
        return embedded;
    }

    public int embeddedOffset() {
        return embeddedOffset;
    }

    public int embeddedTransportOffset() {
        return embeddedTransportOffset;
    }

    public int embeddedProtocol() {
        return embeddedProtocol;
    }

    public long embeddedSourceHigh() {
        return embeddedSourceHigh;
    }

    public long embeddedSourceLow() {
        return embeddedSourceLow;
    }

    public long embeddedDestinationHigh() {
        return embeddedDestinationHigh;
    }

    public long embeddedDestinationLow() {
        return embeddedDestinationLow;
    }

    public int embeddedSourcePort() {
        return embeddedSourcePort;
    }

    public int embeddedDestinationPort() {
        return embeddedDestinationPort;
    }
}
