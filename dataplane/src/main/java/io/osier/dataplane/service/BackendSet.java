package io.osier.dataplane.service;

import java.util.Collection;
import java.util.List;

/**
 * The addresses and ports of all services' backends: immutable, open-addressed and at most half full, flat so that a quarter
 * of a million of them cost the collector one object.
 */
final class BackendSet {
    private static final int LONGS_PER_SLOT = 3;
    private static final long TAKEN = 1L << 32;

    private final long[] slots;
    private final int mask;

    BackendSet(Collection<VirtualService> services) {
        int count = services.stream()
                .mapToInt(service -> service.backends().size() + nearOf(service).size())
                .sum();
        int capacity = Integer.highestOneBit(Math.max(count, 1)) * 4;
        slots = new long[capacity * LONGS_PER_SLOT];
        mask = capacity - 1;
        for (VirtualService service : services) {
            service.backends().forEach(backend -> add(service.protocol(), backend));
            nearOf(service).forEach(backend -> add(service.protocol(), backend));
        }
    }

    private static List<Backend> nearOf(VirtualService service) {
        VirtualService near = service.near();
        return near == null ? List.of() : near.backends();
    }

    private void add(int protocol, Backend backend) {
        add(protocol, backend.address().high(), backend.address().low(), backend.port());
    }

    /** Whether this is the address and port of a backend of any service of this protocol. */
    boolean contains(int protocol, long high, long low, int port) {
        return slots[slotOf(protocol, high, low, port)] != 0;
    }

    private void add(int protocol, long high, long low, int port) {
        int at = slotOf(protocol, high, low, port);
        slots[at] = word(protocol, port);
        slots[at + 1] = high;
        slots[at + 2] = low;
    }

    /** Where the backend is, or would be. */
    private int slotOf(int protocol, long high, long low, int port) {
        long word = word(protocol, port);
        long mixed = (low ^ Long.rotateLeft(high, 29) ^ Long.rotateLeft(word, 40)) * 0x9e37_79b9_7f4a_7c15L;
        for (int slot = (int) (mixed >>> 32 ^ mixed >>> 48) & mask; ; slot = (slot + 1) & mask) {
            int at = slot * LONGS_PER_SLOT;
            if (slots[at] == 0 || (slots[at] == word && slots[at + 2] == low && slots[at + 1] == high)) {
                return at;
            }
        }
    }

    /** Never zero, so that a slot of zeros is free. */
    private static long word(int protocol, int port) {
        return TAKEN | (long) protocol << 16 | port;
    }
}
