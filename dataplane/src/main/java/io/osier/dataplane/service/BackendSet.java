package io.osier.dataplane.service;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * The addresses and ports of all services' backends, and by how many services each is used: immutable once it is published,
 * open-addressed and at most half full, flat so that a quarter of a million of them cost the collector two objects.
 */
final class BackendSet {
    private static final int LONGS_PER_SLOT = 3;
    private static final long TAKEN = 1L << 32;

    private final long[] slots;
    private final int[] uses; // 0: the slot is free
    private final int mask;
    private int used;

    BackendSet(Collection<VirtualService> services) {
        int count = services.stream().mapToInt(BackendSet::countOf).sum();
        int capacity = Integer.highestOneBit(Math.max(count, 1)) * 4;
        slots = new long[capacity * LONGS_PER_SLOT];
        uses = new int[capacity];
        mask = capacity - 1;
        services.forEach(service -> change(service, 1));
    }

    private BackendSet(BackendSet other) {
        slots = Arrays.copyOf(other.slots, other.slots.length);
        uses = Arrays.copyOf(other.uses, other.uses.length);
        mask = other.mask;
        used = other.used;
    }

    private static int countOf(VirtualService service) {
        return service.backends().size() + nearOf(service).size();
    }

    private static List<Backend> nearOf(VirtualService service) {
        VirtualService near = service.near();
        return near == null ? List.of() : near.backends();
    }

    /** Whether so many services more still leave half of the slots free. */
    boolean hasRoomFor(Collection<VirtualService> more) {
        return used + more.stream().mapToInt(BackendSet::countOf).sum() <= (mask + 1) / 2;
    }

    /** The set without the backends of some services, and with those of others; there has to be room. */
    BackendSet with(Collection<VirtualService> removed, Collection<VirtualService> added) {
        BackendSet changed = new BackendSet(this);
        added.forEach(service -> changed.change(service, 1));
        removed.forEach(service -> changed.change(service, -1));
        return changed;
    }

    private void change(VirtualService service, int difference) {
        for (Backend backend : service.backends()) {
            change(service.protocol(), backend, difference);
        }
        for (Backend backend : nearOf(service)) {
            change(service.protocol(), backend, difference);
        }
    }

    private void change(int protocol, Backend backend, int difference) {
        long high = backend.address().high();
        long low = backend.address().low();
        int slot = slotOf(protocol, high, low, backend.port());
        if (uses[slot] == 0) {
            used++;
            slots[slot * LONGS_PER_SLOT] = word(protocol, backend.port());
            slots[slot * LONGS_PER_SLOT + 1] = high;
            slots[slot * LONGS_PER_SLOT + 2] = low;
        }
        uses[slot] += difference;
        if (uses[slot] == 0) {
            used--;
            close(slot);
        }
    }

    /** Whether this is the address and port of a backend of any service of this protocol. */
    boolean contains(int protocol, long high, long low, int port) {
        return uses[slotOf(protocol, high, low, port)] != 0;
    }

    /** Where the backend is, or would be. */
    private int slotOf(int protocol, long high, long low, int port) {
        long word = word(protocol, port);
        for (int slot = home(word, high, low); ; slot = (slot + 1) & mask) {
            int at = slot * LONGS_PER_SLOT;
            if (uses[slot] == 0 || (slots[at] == word && slots[at + 2] == low && slots[at + 1] == high)) {
                return slot;
            }
        }
    }

    /** Shifts back what follows, so that no tombstone is ever left (Knuth, 6.4, algorithm R). */
    private void close(int emptied) {
        int hole = emptied;
        for (int slot = (hole + 1) & mask; uses[slot] != 0; slot = (slot + 1) & mask) {
            int at = slot * LONGS_PER_SLOT;
            if (((slot - home(slots[at], slots[at + 1], slots[at + 2])) & mask) >= ((slot - hole) & mask)) {
                System.arraycopy(slots, at, slots, hole * LONGS_PER_SLOT, LONGS_PER_SLOT);
                uses[hole] = uses[slot];
                uses[slot] = 0;
                hole = slot;
            }
        }
    }

    private int home(long word, long high, long low) {
        long mixed = (low ^ Long.rotateLeft(high, 29) ^ Long.rotateLeft(word, 40)) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 32 ^ mixed >>> 48) & mask;
    }

    private static long word(int protocol, int port) {
        return TAKEN | (long) protocol << 16 | port;
    }
}
