package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.IpAddress;

/**
 * Another node, as the tunnel sees it.
 *
 * @param underlay the address that its tunnel packets come from and go to
 * @param foreign true if no agent runs there: its MAC addresses have to be learned and its ARP passed through
 */
public record Peer(String name, IpAddress underlay, boolean foreign) {}
