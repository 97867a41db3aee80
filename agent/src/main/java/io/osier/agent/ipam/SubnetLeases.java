package io.osier.agent.ipam;

import io.osier.agent.model.Json;
import io.osier.agent.model.Lease;
import io.osier.agent.store.Keys;
import io.osier.agent.store.Keyspace;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.Versioned;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which node has which subnet of the pod range: a lease is a key that names the subnet. {@link SubnetClaim} takes them.
 */
public final class SubnetLeases {
    private final Keyspace store;
    private final IpPrefix podRange;
    private final int subnetLengthBits;

    public SubnetLeases(Keyspace store, IpPrefix podRange, int subnetLengthBits) {
        if (subnetLengthBits < podRange.lengthBits() || subnetLengthBits > 29) {
            throw new IllegalArgumentException("a subnet of " + podRange + " needs a prefix length between "
                    + podRange.lengthBits() + " and 29, not " + subnetLengthBits);
        }
        this.store = store;
        this.podRange = podRange;
        this.subnetLengthBits = subnetLengthBits;
    }

    /** The same leases, read and written through these keys. */
    public SubnetLeases in(Keyspace keys) {
        return new SubnetLeases(keys, podRange, subnetLengthBits);
    }

    /** The first subnet that overlaps no lease, of whatever length, and nothing of what is {@code taken}. */
    IpPrefix firstFree(Collection<IpPrefix> taken) {
        List<IpPrefix> leased = store.list(Keys.LEASES).stream()
                .flatMap(entry -> subnetOf(entry).stream())
                .toList();
        long subnets = 1L << (subnetLengthBits - podRange.lengthBits());
        for (long i = 0; i < subnets; i++) {
            int bits = podRange.address().v4Bits() + (int) (i << (32 - subnetLengthBits));
            IpPrefix subnet = new IpPrefix(IpAddress.v4(bits), subnetLengthBits);
            if (taken.stream().noneMatch(subnet::overlaps) && leased.stream().noneMatch(subnet::overlaps)) {
                return subnet;
            }
        }
        throw new IllegalStateException("every /" + subnetLengthBits + " of " + podRange
                + " is leased: delete nodes that are gone, or use a larger podRange");
    }

    /** Who has a lease that overlaps this subnet. */
    Optional<String> holderOf(IpPrefix subnet) {
        for (Versioned entry : store.list(Keys.LEASES)) {
            if (subnetOf(entry).filter(subnet::overlaps).isPresent()) {
                return Optional.of(readable(entry).map(Lease::node).orElse("unknown (its lease cannot be read)"));
            }
        }
        return Optional.empty();
    }

    /** The node's lease as it stands in the store. */
    Optional<Versioned> ownOf(String node) {
        return find(lease -> lease.node().equals(node));
    }

    /** The first lease of this sort as it stands in the store. */
    Optional<Versioned> find(Predicate<Lease> wanted) {
        return store.list(Keys.LEASES).stream()
                .filter(entry -> readable(entry).filter(wanted).isPresent())
                .findFirst();
    }

    /** All leases that can be read, by subnet. */
    public List<Lease> list() {
        return store.list(Keys.LEASES).stream()
                .flatMap(entry -> readable(entry).stream())
                .toList();
    }

    static Lease read(Versioned entry) {
        return Json.read(entry.value(), Lease.class);
    }

    /** A lease that cannot be read is nobody's, and its subnet is still not given away: the key names it. */
    private static Optional<Lease> readable(Versioned entry) {
        return ObjectStore.decode(entry, Lease.class);
    }

    private static Optional<IpPrefix> subnetOf(Versioned entry) {
        try {
            return Optional.of(IpPrefix.parse(
                    entry.key().substring(Keys.LEASES.length() + 1).replace('-', '/')));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
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
}
