package io.osier.dataplane.service;

import io.osier.dataplane.packet.IpAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One port of a service: a virtual address and the backends behind it, with the probability chain that picks one. Immutable
 * but for its {@link RuleCounters}; two are equal if they say the same, whatever they have counted.
 */
public final class VirtualService {
    private final String name;
    private final int protocol;
    private final IpAddress address;
    private final int port;
    private final List<Backend> backends;
    private final int affinitySeconds;
    private final int[] thresholds;
    private final RuleCounters counters;

    /** A service that gives each flow a backend by chance. */
    public VirtualService(String name, int protocol, IpAddress address, int port, List<Backend> backends) {
        this(name, protocol, address, port, backends, 0);
    }

    /**
     * @param name {@code NAMESPACE/NAME:PORTNAME}, without {@code :PORTNAME} if the port has no name
     * @param protocol the IP protocol number
     * @param port 1 to 65535
     * @param backends in the order of the chain; empty if nothing is ready
     * @param affinitySeconds for how long a client that comes again gets the backend that it had; 0 for not at all
     */
    public VirtualService(
            String name, int protocol, IpAddress address, int port, List<Backend> backends, int affinitySeconds) {
        this.affinitySeconds = affinitySeconds;
        this.name = name;
        this.protocol = protocol;
        this.address = address;
        this.port = port;
        this.backends = List.copyOf(backends);
        this.counters = new RuleCounters(backends.size());
        thresholds = new int[backends.size()];
        for (int i = 0; i < thresholds.length; i++) {
            thresholds[i] = (int) Math.min(Math.round(0x1p31 / (thresholds.length - i)), Integer.MAX_VALUE);
        }
    }

    public String name() {
        return name;
    }

    public int protocol() {
        return protocol;
    }

    public IpAddress address() {
        return address;
    }

    public int port() {
        return port;
    }

    public List<Backend> backends() {
        return backends;
    }

    /** Whether a client that comes again gets the backend that it had ({@code sessionAffinity: ClientIP}). */
    public boolean hasAffinity() {
        return affinitySeconds > 0;
    }

    public int affinitySeconds() {
        return affinitySeconds;
    }

    long affinityNanos() {
        return affinitySeconds * 1_000_000_000L;
    }

    /** What the chain's rules have matched since this service last changed. */
    public RuleCounters counters() {
        return counters;
    }

    /**
     * The chance of rule {@code index} against all rules behind it, as {@code iptables -m statistic} keeps it: a number of 31
     * bits, round(2³¹ / (n − index)). The last rule needs none: it takes what is left.
     */
    public int threshold(int index) {
        return thresholds[index];
    }

    /** Where the backend stands in the chain, or −1 if it is none of this service's. */
    public int indexOf(long addressHigh, long addressLow, int backendPort) {
        for (int i = 0; i < backends.size(); i++) {
            Backend backend = backends.get(i);
            if (backend.port() == backendPort
                    && backend.address().low() == addressLow
                    && backend.address().high() == addressHigh) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof VirtualService that
                && port == that.port
                && affinitySeconds == that.affinitySeconds
                && protocol == that.protocol
                && address.equals(that.address)
                && name.equals(that.name)
                && backends.equals(that.backends);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, protocol, address, port);
    }

    @Override
    public String toString() {
        return name + " " + address + ":" + port + " -> " + backends;
    }
}
