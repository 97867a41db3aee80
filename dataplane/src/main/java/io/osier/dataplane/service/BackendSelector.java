package io.osier.dataplane.service;

import java.util.random.RandomGenerator;

/** Walks a service's probability chain as {@code iptables} does: a fresh 31-bit number for every rule. */
public final class BackendSelector {
    private final RandomGenerator random;

    public BackendSelector(RandomGenerator random) {
        this.random = random;
    }

    /** The index of the chosen backend; the service must have at least one. */
    public int select(VirtualService service) {
        int last = service.backends().size() - 1;
        for (int i = 0; i < last; i++) {
            if (random.nextInt() >>> 1 < service.threshold(i)) {
                return i;
            }
        }
        return last;
    }
}
