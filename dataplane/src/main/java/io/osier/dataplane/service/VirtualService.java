package io.osier.dataplane.service;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.service.ServicePolicy.Locality;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One port of a service at one of its addresses, and the backends behind it, with the probability chain that picks one. A
 * service that is reached at several addresses is as many of these, of one name. Immutable but for its {@link RuleCounters};
 * two are equal if they say the same, whatever they have counted.
 */
public final class VirtualService {
    /** Of services that remember nobody: thousands of them are compiled at once. */
    private static final ByteBuffer NO_IDENTITY = ByteBuffer.allocate(2 * Long.BYTES);

    private final String name;
    private final int protocol;
    private final IpAddress address;
    private final int port;
    private final List<Backend> backends;
    private final ServicePolicy policy;
    private final @Nullable VirtualService near;
    private final int[] thresholds;
    private final boolean weighted;
    private final @Nullable MaglevTable byHash;
    private final RuleCounters counters;
    private final RuleCounters sources;
    private final long identityHigh;
    private final long identityLow;

    /** A virtual address that gives each flow a backend by chance. */
    public VirtualService(String name, int protocol, IpAddress address, int port, List<Backend> backends) {
        this(name, protocol, address, port, backends, List.of(), ServicePolicy.DEFAULT);
    }

    /**
     * @param name {@code NAMESPACE/NAME:PORTNAME}, without {@code :PORTNAME} if the port has no name
     * @param protocol the IP protocol number
     * @param port 1 to 65535
     * @param backends in the order of the chain; empty if nothing is ready
     * @param near those that are on this node, and one may be there that takes nothing from elsewhere any more; not looked at
     *     unless the policy is local to somebody
     */
    public VirtualService(
            String name,
            int protocol,
            IpAddress address,
            int port,
            List<Backend> backends,
            List<Backend> near,
            ServicePolicy policy) {
        this.name = name;
        this.protocol = protocol;
        this.address = address;
        this.port = port;
        this.backends = List.copyOf(backends);
        this.policy = policy;
        this.counters = new RuleCounters(backends.size());
        this.sources = new RuleCounters(policy.sourceRanges().size());
        this.near = policy.locality() == Locality.NOBODY
                ? null
                : new VirtualService(name, protocol, address, port, near, List.of(), policy.with(Locality.NOBODY));
        thresholds = thresholds(backends);
        weighted = areWeighted(backends);
        byHash = policy.flows().balance() == Balance.MAGLEV && !backends.isEmpty() ? new MaglevTable(backends) : null;
        ByteBuffer identity = hasAffinity() ? ChainName.identity(name, protocol) : NO_IDENTITY.duplicate();
        identityHigh = identity.getLong();
        identityLow = identity.getLong();
    }

    private static boolean areWeighted(List<Backend> backends) {
        for (Backend backend : backends) {
            if (backend.weight() != backends.get(0).weight()) {
                return true;
            }
        }
        return false;
    }

    private static int[] thresholds(List<Backend> backends) {
        int[] thresholds = new int[backends.size()];
        long left = 0;
        for (int i = thresholds.length - 1; i >= 0; i--) {
            int weight = backends.get(i).weight();
            left += weight;
            thresholds[i] = (int) Math.min(Math.round(0x1p31 * weight / left), Integer.MAX_VALUE);
        }
        return thresholds;
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

    public ServicePolicy policy() {
        return policy;
    }

    /** The same address with the backends of this node alone; null where nobody is kept to these. */
    public @Nullable VirtualService near() {
        return near;
    }

    /** The same with counters of its own, and with chance to pick among its backends, so that any may be picked. */
    public VirtualService uncounted() {
        ServicePolicy byChance = policy.with(FlowPolicy.DEFAULT);
        return new VirtualService(
                name, protocol, address, port, backends, near == null ? List.of() : near.backends, byChance);
    }

    /** Whether its address is nothing else's, so that a port that it does not have is nobody's. */
    boolean ownsAddress() {
        return policy.exposure() != Exposure.NODE_ADDRESS && !policy.isAtNode();
    }

    /** Whether the packet's sender may come here; counts it with the range that lets it in, or with those that none does. */
    public boolean admit(ParsedPacket packet) {
        if (policy.sourceRanges().isEmpty()) {
            return true;
        }
        int range = policy.rangeOf(packet);
        if (range < 0) {
            sources.rejected(packet.networkLengthBytes());
            return false;
        }
        sources.chosen(range, packet.networkLengthBytes(), false);
        return true;
    }

    /** What each source range has let in, and what none has. */
    RuleCounters sources() {
        return sources;
    }

    /** Where a new flow's backend is to be looked for: here, or among those of this node. */
    public VirtualService chosenFor(boolean fromInside) {
        boolean kept =
                policy.locality() == Locality.EVERYBODY || (policy.locality() == Locality.OUTSIDERS && !fromInside);
        return kept && near != null ? near : this;
    }

    /** Whether backends see the sender under the gateway's address, because answers would not come back this way otherwise. */
    public boolean masquerades(boolean fromInside) {
        return policy.isExternal() ? policy.locality() == Locality.NOBODY : !fromInside;
    }

    /** Whether a client that comes again gets the backend that it had ({@code sessionAffinity: ClientIP}). */
    public boolean hasAffinity() {
        return policy.affinitySeconds() > 0;
    }

    /** With {@link #identityLow()} what a service port with affinity is known by, at all of its addresses alike. */
    long identityHigh() {
        return identityHigh;
    }

    long identityLow() {
        return identityLow;
    }

    public int affinitySeconds() {
        return policy.affinitySeconds();
    }

    long affinityNanos() {
        return policy.affinitySeconds() * 1_000_000_000L;
    }

    /** What the chain's rules have matched since this service last changed. */
    public RuleCounters counters() {
        return counters;
    }

    /**
     * The chance of rule {@code index} against all rules behind it, as {@code iptables -m statistic} keeps it: a number of 31
     * bits, round(2³¹ · w / W), of its backend's weight and the sum of its own and all weights behind it; 1 / (n − index)
     * where all weigh the same. The last rule needs none: it takes what is left.
     */
    public int threshold(int index) {
        return thresholds[index];
    }

    /** Whether some backends are to get more flows than others. */
    public boolean isWeighted() {
        return weighted;
    }

    /** The share of all new flows that the backend gets, over time; 0 to 1. */
    public double share(int index) {
        long all = backends.stream().mapToLong(Backend::weight).sum();
        return (double) backends.get(index).weight() / all;
    }

    /** The backend of a flow by its hash; only where the policy balances so. */
    int byHash(long hash) {
        return Objects.requireNonNull(byHash).backendOf(hash);
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

    /** Whether this very pod is a backend at this address and port. */
    public boolean has(long addressHigh, long addressLow, int backendPort, long instance) {
        int index = indexOf(addressHigh, addressLow, backendPort);
        return (index >= 0 && backends.get(index).instance() == instance)
                || (near != null && near.has(addressHigh, addressLow, backendPort, instance));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true; // as most are, of those that a new table has from the old one
        }
        return other instanceof VirtualService that
                && port == that.port
                && protocol == that.protocol
                && address.equals(that.address)
                && name.equals(that.name)
                && policy.equals(that.policy)
                && backends.equals(that.backends)
                && Objects.equals(near, that.near);
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
