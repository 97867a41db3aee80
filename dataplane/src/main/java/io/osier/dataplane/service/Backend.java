package io.osier.dataplane.service;

import io.osier.dataplane.packet.IpAddress;

/**
 * One endpoint of a service.
 *
 * @param port 1 to 65535
 * @param mac the pod's MAC address, or {@link #VIA_GATEWAY} for an endpoint that the host has to find
 * @param weight 1 to {@value #MAX_WEIGHT}: its share of new flows is this among the weights of all
 * @param instance which pod has the address, so that its successor there is not taken for it; 0 if that is not known
 */
public record Backend(IpAddress address, int port, long mac, int weight, long instance) {
    /** The endpoint is no pod of the segment: frames to it go to the host, which routes them. */
    public static final long VIA_GATEWAY = 0;

    public static final int MAX_WEIGHT = 1_000;

    public Backend {
        if (weight < 1 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("weight must be 1 to " + MAX_WEIGHT + ": " + weight);
        }
    }

    /** One that is as good as the others. */
    public Backend(IpAddress address, int port, long mac) {
        this(address, port, mac, 1);
    }

    /** One of which nobody knows which pod it is. */
    public Backend(IpAddress address, int port, long mac, int weight) {
        this(address, port, mac, weight, 0);
    }

    @Override
    public String toString() {
        return address.isV4() ? address + ":" + port : "[" + address + "]:" + port;
    }
}
