package io.osier.dataplane.simulation;

import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.util.List;

/** Something on the underlay that speaks VXLAN and is none of ours, such as a Linux kernel device. */
public final class ForeignNode {
    private final Peer peer;
    private final IpPrefix subnet;
    private final SimulatedUnderlay.Socket socket;
    private final int vni;

    ForeignNode(Peer peer, IpPrefix subnet, SimulatedUnderlay.Socket socket, int vni) {
        this.peer = peer;
        this.subnet = subnet;
        this.socket = socket;
        this.vni = vni;
    }

    /** Sends a frame in VXLAN to a node. */
    public void send(SimulatedNode node, RawFrame inner) {
        sendDatagram(node, PacketBuilder.vxlan(vni, inner));
    }

    /** Sends a UDP payload that may be no VXLAN at all. */
    public void sendDatagram(SimulatedNode node, byte[] payload) {
        socket.send(node.underlayAddress(), payload);
    }

    /** Takes out the frames that were sent here, in words. */
    public List<String> drain() {
        return drainFrames().stream()
                .map(frame -> DecodedPacket.of(frame).toString())
                .toList();
    }

    public List<RawFrame> drainFrames() {
        return socket.drain().stream().map(SimulatedUnderlay.Datagram::inner).toList();
    }

    public IpAddress underlayAddress() {
        return peer.underlay();
    }

    Peer asPeer() {
        return peer;
    }

    IpPrefix subnet() {
        return subnet;
    }
}
