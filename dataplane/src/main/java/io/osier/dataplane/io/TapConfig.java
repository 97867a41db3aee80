package io.osier.dataplane.io;

import io.osier.dataplane.port.PortId;
import java.util.Set;

/**
 * A TAP to be.
 *
 * @param id the port's name in the dataplane
 * @param namespace where the device lives
 * @param device the interface's name there, {@code eth0} or {@code osier0}
 * @param mac the interface's own MAC address
 * @param offloads what may come and go undone through it
 */
public record TapConfig(PortId id, NetworkNamespace namespace, String device, long mac, Set<TapOffload> offloads) {
    /**
     * How many packets wait in a device that nobody reads ({@code txqueuelen}): two seconds of four thousand a second, while
     * one agent hands over to the next on a busy machine. The kernel's default is 500; 8 bytes each are taken at once, and what
     * waits counts against the sockets that sent it. To be set before the device is up: changing it later swaps the queue, and
     * what is sent in that moment is lost.
     */
    public static final int QUEUE_PACKETS = 8_192;

    public TapConfig {
        offloads = Set.copyOf(offloads);
    }

    /** {@code interface eth0 in network namespace /run/netns/web-1}, to begin an error with. */
    @Override
    public String toString() {
        return "interface " + device + " in " + namespace;
    }
}
