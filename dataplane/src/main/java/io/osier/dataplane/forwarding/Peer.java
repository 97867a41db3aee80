package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.IpAddress;

/**
 * Another node, as the tunnel sees it.
 *
 * @param underlay the address that its tunnel packets come from and go to
 * @param foreign true if no agent runs there: its MAC addresses have to be learned and its ARP passed through
 * @param remoteChecksum true if it has announced that it takes packets whose transport checksum is left partial
 */
public record Peer(String name, IpAddress underlay, boolean foreign, boolean remoteChecksum) {
    /** A node that has announced nothing. */
    public Peer(String name, IpAddress underlay, boolean foreign) {
        this(name, underlay, foreign, false);
    }
}
