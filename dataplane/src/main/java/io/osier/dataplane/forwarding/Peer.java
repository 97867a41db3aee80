package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.IpAddress;

/**
 * Another node, as the tunnel sees it.
 *
 * @param underlay the address that its tunnel packets come from and go to
 * @param foreign true if no agent runs there: its MAC addresses have to be learned and its ARP passed through
 * @param remoteChecksum true if it has announced that it takes packets whose transport checksum is left partial
 * @param mtuBytes the longest IP packet inside the tunnel that it has announced to take; 0 if it has not
 */
public record Peer(String name, IpAddress underlay, boolean foreign, boolean remoteChecksum, int mtuBytes) {
    /** A node that has announced no length. */
    public Peer(String name, IpAddress underlay, boolean foreign, boolean remoteChecksum) {
        this(name, underlay, foreign, remoteChecksum, 0);
    }

    /** A node that has announced nothing. */
    public Peer(String name, IpAddress underlay, boolean foreign) {
        this(name, underlay, foreign, false, 0);
    }
}
