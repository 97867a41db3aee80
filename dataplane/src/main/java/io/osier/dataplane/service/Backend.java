package io.osier.dataplane.service;

import io.osier.dataplane.packet.IpAddress;

/**
 * One endpoint of a service.
 *
 * @param port 1 to 65535
 * @param mac the pod's MAC address, or {@link #VIA_GATEWAY} for an endpoint that the host has to find
 */
public record Backend(IpAddress address, int port, long mac) {
    /** The endpoint is no pod of the segment: frames to it go to the host, which routes them. */
    public static final long VIA_GATEWAY = 0;

    @Override
    public String toString() {
        return address.isV4() ? address + ":" + port : "[" + address + "]:" + port;
    }
}
