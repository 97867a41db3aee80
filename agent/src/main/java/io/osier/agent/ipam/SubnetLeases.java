package io.osier.agent.ipam;

import io.osier.agent.model.Json;
import io.osier.agent.model.Lease;
import io.osier.agent.store.Keys;
import io.osier.agent.store.Keyspace;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Gives each node a subnet of the pod range of its own. A lease is a key that exists once; whoever creates it first has the
 * subnet, and a node that comes back finds its own by its name.
 */
public final class SubnetLeases {
    private final Keyspace store;
    private final IpPrefix podRange;
    private final int subnetLengthBits;
    private final Clock clock;

    public SubnetLeases(Keyspace store, IpPrefix podRange, int subnetLengthBits, Clock clock) {
        if (subnetLengthBits < podRange.lengthBits() || subnetLengthBits > 29) {
            throw new IllegalArgumentException("a subnet of " + podRange + " needs a prefix length between "
                    + podRange.lengthBits() + " and 29, not " + subnetLengthBits);
        }
        this.store = store;
        this.podRange = podRange;
        this.subnetLengthBits = subnetLengthBits;
        this.clock = clock;
    }

    /** The same leases, read and written through these keys. */
    public SubnetLeases in(Keyspace keys) {
        return new SubnetLeases(keys, podRange, subnetLengthBits, clock);
    }

    /**
     * The node's subnet: its own from before, or the first free one.
     *
     * @param taken ranges that foreign nodes have without a lease
     * @throws IllegalStateException if no subnet is free
     */
    public IpPrefix acquire(String node, Collection<IpPrefix> taken) {
        Optional<Lease> own =
                list().stream().filter(lease -> lease.node().equals(node)).findFirst();
        if (own.isPresent()) {
            return IpPrefix.parse(own.get().subnet());
        }
        long subnets = 1L << (subnetLengthBits - podRange.lengthBits());
        for (long i = 0; i < subnets; i++) {
            int bits = podRange.address().v4Bits() + (int) (i << (32 - subnetLengthBits));
            IpPrefix subnet = new IpPrefix(IpAddress.v4(bits), subnetLengthBits);
            if (taken.stream().noneMatch(subnet::overlaps) && claim(subnet, node)) {
                return subnet;
            }
        }
        throw new IllegalStateException("every /" + subnetLengthBits + " of " + podRange
                + " is leased: delete nodes that are gone, or use a larger podRange");
    }

    /** All leases, by subnet. */
    public List<Lease> list() {
        return store.list(Keys.LEASES).stream()
                .map(entry -> Json.read(entry.value(), Lease.class))
                .toList();
    }

    /** Gives back what a node had. */
    public void release(String node) {
        for (Lease lease : list()) {
            if (lease.node().equals(node)) {
                String key = Keys.lease(lease.subnet());
                store.get(key).ifPresent(entry -> store.compareAndDelete(key, entry.revision()));
            }
        }
    }

    private boolean claim(IpPrefix subnet, String node) {
        Lease lease = new Lease(subnet.toString(), node, clock.instant());
        return store.compareAndSet(Keys.lease(lease.subnet()), Keyspace.ABSENT, Json.bytes(lease))
                .isPresent();
    }
}
