package io.osier.agent.bootstrap;

import io.osier.agent.ipam.Claimant;
import io.osier.agent.ipam.SignsOfLife;
import io.osier.agent.ipam.SubnetClaim;
import io.osier.agent.ipam.SubnetLeases;
import io.osier.agent.model.Node;
import io.osier.agent.model.ValidationException;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreException;
import io.osier.dataplane.packet.IpPrefix;
import java.time.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's place in the cluster: its lease and its entry. Where the store is away at the start both are resumed as they are
 * remembered. Every ten seconds it is seen whether they are still there: somebody may have deleted a node that he could not
 * see. What is gone is taken again if it is free; what is somebody else's by then is left to him, and {@link #problem} says so.
 */
final class Membership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final long EVERY_SECONDS = 10;

    private final StateStore store;
    private final Claimant claimant;
    private final SubnetClaim claim;
    private final IpPrefix subnet;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread membership = new Thread(task, "osier-membership");
        membership.setDaemon(true);
        return membership;
    });
    private boolean entered;
    private volatile String problem = "";

    /**
     * Enters the node, or leaves that until the store is back, and goes on looking.
     *
     * @param enter writes the node's entry
     */
    Membership(StateStore store, SubnetLeases leases, NodePlace place, Runnable enter) {
        this.store = store;
        this.claimant = place.claimant();
        this.claim = claim(store, leases, claimant);
        this.subnet = place.settings().subnet();
        if (store.absence().isEmpty()) {
            enter.run();
            entered = true;
        }
        thread.scheduleWithFixedDelay(() -> look(enter), EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    /** How this node takes its lease, at its start and later. */
    static SubnetClaim claim(StateStore store, SubnetLeases leases, Claimant claimant) {
        return new SubnetClaim(store, leases, Clock.systemUTC(), claimant, new SignsOfLife(store)::isSeen);
    }

    /** What is wrong with the lease, in a sentence; empty if nothing is. */
    String problem() {
        return problem;
    }

    private void look(Runnable enter) {
        try {
            if (store.absence().isPresent()) {
                return;
            }
            if (!claim.holds(subnet)) {
                takeAgain();
            }
            if (!entered || store.get(Keys.node(claimant.node())).isEmpty()) {
                enter.run();
                entered = true;
            }
            problem = "";
        } catch (StoreException e) {
            LOG.debug("the lease was not looked at: {}", e.getMessage());
        } catch (IllegalStateException | ValidationException e) {
            if (!problem.equals(e.getMessage())) {
                LOG.error("this node has lost its place in the cluster: {}", e.getMessage());
            }
            problem = String.valueOf(e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("the lease could not be looked at", e);
        }
    }

    private void takeAgain() {
        LOG.warn("the lease of {} is gone: taking it again", subnet);
        IpPrefix taken = claim.acquire(
                subnet, true, NodePlace.foreignRanges(new ObjectStore(store).list(Keys.NODES, Node.class)));
        if (!taken.equals(subnet)) {
            throw new IllegalStateException("node " + claimant.node() + " has a lease of " + taken
                    + " by now, and runs with " + subnet + ": restart its agent");
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
