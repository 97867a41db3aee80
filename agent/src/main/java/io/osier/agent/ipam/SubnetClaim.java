package io.osier.agent.ipam;

import io.osier.agent.model.Json;
import io.osier.agent.model.Lease;
import io.osier.agent.store.Keys;
import io.osier.agent.store.Keyspace;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.Versioned;
import io.osier.agent.store.Write;
import io.osier.dataplane.packet.IpPrefix;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes a subnet for a node, once. All who take one take turns: each lease is written together with a key that everybody else
 * writes, too, so that of two that decide at the same time one decides again, on what the other has left ({@code etcd} locks do
 * not exclude; a compare-and-set does).
 */
public final class SubnetClaim {
    private static final String TURN = "ipam/turn";
    private static final byte[] NOTHING = {};
    private static final int MAX_TURNS = 1_000;

    private final StateStore store;
    private final SubnetLeases leases;
    private final Clock clock;
    private final Claimant claimant;
    private final Predicate<String> isAlive;

    /**
     * @param isAlive whether the agent of this node's name that holds a lease under another identity is still there; may take
     *     its time
     */
    public SubnetClaim(
            StateStore store, SubnetLeases leases, Clock clock, Claimant claimant, Predicate<String> isAlive) {
        this.store = store;
        this.leases = leases;
        this.clock = clock;
        this.claimant = claimant;
        this.isAlive = isAlive;
    }

    /**
     * The node's subnet: its own from before, under another name, too, the one that it remembers, or the first that is free.
     *
     * @param remembered what it had when it last ran; null if it has never run
     * @param inUse whether it still has pods there
     * @param taken ranges that foreign nodes have without a lease
     * @throws IllegalStateException in one line, if somebody else of this name is alive, if another node has this underlay
     *     address, if its pods' subnet has become somebody else's, or if none is free
     */
    public IpPrefix acquire(@Nullable IpPrefix remembered, boolean inUse, Collection<IpPrefix> taken) {
        for (int i = 0; i < MAX_TURNS; i++) {
            Optional<Versioned> turn = store.get(TURN);
            checkUnderlayAddress();
            Optional<Versioned> own = leases.ownOf(claimant.node()).or(() -> leases.find(this::isUnderAnotherName));
            IpPrefix subnet = own.isPresent() ? adopt(own.get()) : choose(remembered, inUse, taken);
            Write lease = Write.put(
                    Keys.lease(subnet.toString()),
                    own.map(Versioned::revision).orElse(Keyspace.ABSENT),
                    Json.bytes(leaseOf(subnet, own)));
            Write next = Write.put(TURN, turn.map(Versioned::revision).orElse(Keyspace.ABSENT), NOTHING);
            if (store.commit(List.of(lease, next)).isPresent()) {
                return subnet;
            }
        }
        throw new IllegalStateException("the leases change too fast to take one: try again");
    }

    /** The subnet that the store has as this very node's. */
    public Optional<IpPrefix> held() {
        return leases.ownOf(claimant.node())
                .map(SubnetLeases::read)
                .filter(lease -> claimant.identity().equals(lease.identity()))
                .map(lease -> IpPrefix.parse(lease.subnet()));
    }

    /** Whether the store has this subnet as this very node's. */
    public boolean holds(IpPrefix subnet) {
        return store.get(Keys.lease(subnet.toString()))
                .map(SubnetLeases::read)
                .filter(lease -> lease.node().equals(claimant.node()))
                .filter(lease -> claimant.identity().equals(lease.identity()))
                .isPresent();
    }

    /** Here, and not only when nodes are looked at: of two that come at one moment the later finds the earlier's lease. */
    private void checkUnderlayAddress() {
        for (Lease lease : leases.list()) {
            if (claimant.underlayAddress().equals(lease.underlayAddress())
                    && !lease.node().equals(claimant.node())
                    && !isUnderAnotherName(lease)) {
                throw new IllegalStateException("nodes " + claimant.node() + " and " + lease.node()
                        + " both have the underlay address " + lease.underlayAddress()
                        + ": set underlayAddress in the configuration of one of them, or run 'osier delete node "
                        + lease.node() + "' if it is gone");
            }
        }
    }

    /** Whether this very node took the lease when it was called otherwise, and there is no node of that name by now. */
    private boolean isUnderAnotherName(Lease lease) {
        return claimant.identity().equals(lease.identity())
                && claimant.underlayAddress().equals(lease.underlayAddress())
                && !lease.node().equals(claimant.node())
                && store.get(Keys.node(lease.node())).isEmpty();
    }

    private Lease leaseOf(IpPrefix subnet, Optional<Versioned> own) {
        return new Lease(
                subnet.toString(),
                claimant.node(),
                own.map(entry -> SubnetLeases.read(entry).creationTimestamp())
                        .orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.SECONDS)),
                claimant.identity(),
                claimant.underlayAddress());
    }

    /** A lease of this name is this node's own, or that of one whose state was lost, unless its holder is alive. */
    private IpPrefix adopt(Versioned own) {
        Lease lease = SubnetLeases.read(own);
        String holder = lease.identity();
        boolean held = holder != null
                && !holder.isEmpty() // a lab sets leases aside before there are agents
                && !holder.equals(claimant.identity());
        if (held && isAlive.test(claimant.node())) {
            throw new IllegalStateException("two nodes are called " + claimant.node() + ": this one at "
                    + claimant.underlayAddress() + ", and one at " + lease.underlayAddress() + " which has "
                    + lease.subnet() + ": set another nodeName in the configuration of one of them");
        }
        return IpPrefix.parse(lease.subnet());
    }

    private IpPrefix choose(@Nullable IpPrefix remembered, boolean inUse, Collection<IpPrefix> taken) {
        if (remembered == null) {
            return leases.firstFree(taken);
        }
        Optional<String> holder = leases.holderOf(remembered);
        if (holder.isEmpty() && taken.stream().noneMatch(remembered::overlaps)) {
            return remembered;
        }
        if (inUse) {
            throw new IllegalStateException("the subnet " + remembered + " that pods of this node still use belongs to "
                    + holder.map(node -> "node " + node).orElse("a foreign node")
                    + " now: delete these pods' namespaces ('ip netns'), or that node ('osier delete node')");
        }
        return leases.firstFree(taken);
    }
}
