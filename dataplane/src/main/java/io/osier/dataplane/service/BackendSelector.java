package io.osier.dataplane.service;

import io.osier.dataplane.packet.ParsedPacket;
import java.util.random.RandomGenerator;

/** Picks the backend of a new flow as its service says. Owned by the worker's thread. */
public final class BackendSelector {
    private final RandomGenerator random;
    private final BackendLoad load;

    /** @param load is asked by services that balance by it */
    public BackendSelector(RandomGenerator random, BackendLoad load) {
        this.random = random;
        this.load = load;
    }

    /** The index of the backend for the flow that this packet opens; the service must have at least one. */
    public int select(VirtualService service, ParsedPacket packet) {
        return switch (service.policy().flows().balance()) {
            case RANDOM -> byChance(service);
            case MAGLEV -> service.byHash(FlowHash.of(packet));
            case LEAST_CONNECTIONS -> leastLoaded(service);
        };
    }

    /** Walks the service's probability chain as {@code iptables} does: a fresh 31-bit number for every rule. */
    int byChance(VirtualService service) {
        int last = service.backends().size() - 1;
        for (int i = 0; i < last; i++) {
            if (random.nextInt() >>> 1 < service.threshold(i)) {
                return i;
            }
        }
        return last;
    }

    /** The one that has the fewest flows for its weight with one more; among equals by chance. */
    private int leastLoaded(VirtualService service) {
        int least = 0;
        long leastFlows = Long.MAX_VALUE;
        long leastWeight = 1;
        int equals = 0;
        for (int i = 0; i < service.backends().size(); i++) {
            Backend backend = service.backends().get(i);
            long flows = load.flows(service.protocol(), backend) + 1L;
            // flows / weight < leastFlows / leastWeight, in whole numbers
            long difference = i == 0 ? -1 : flows * leastWeight - leastFlows * backend.weight();
            if (difference < 0) {
                equals = 1;
                least = i;
                leastFlows = flows;
                leastWeight = backend.weight();
            } else if (difference == 0 && random.nextInt(++equals) == 0) {
                least = i; // each of k equals stays with chance 1/k
            }
        }
        return least;
    }
}
