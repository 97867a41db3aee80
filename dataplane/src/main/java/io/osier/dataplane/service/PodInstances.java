package io.osier.dataplane.service;

/**
 * Which pods there are, by the numbers that {@link Backend#instance} has of them: immutable, open-addressed and at most half
 * full. An address alone does not say whether a pod is still the one that a flow was opened to. A number that two have is here
 * twice.
 */
public final class PodInstances {
    /** A table that is emptier than this part of its slots is made anew. */
    private static final int EMPTIEST = 16;

    public static final PodInstances NONE = new PodInstances();

    private final LongPages slots;
    private final int mask;
    private int size;

    /** @param instances none of them 0 */
    public PodInstances(long... instances) {
        this(new LongPages(capacityFor(instances.length)), capacityFor(instances.length) - 1, 0);
        for (long instance : instances) {
            insert(instance);
        }
    }

    private PodInstances(LongPages slots, int mask, int size) {
        this.slots = slots;
        this.mask = mask;
        this.size = size;
    }

    private static int capacityFor(int count) {
        return Integer.highestOneBit(Math.max(count, 1)) * 4;
    }

    /**
     * The same after some have gone and others have come.
     *
     * @param gone each of them here, or among those that come
     */
    public PodInstances with(long[] gone, long[] come) {
        int most = size + come.length;
        boolean fits = most <= (mask + 1) / 2 && most >= mask / EMPTIEST;
        PodInstances changed = fits
                ? new PodInstances(slots.copy(), mask, size)
                : new PodInstances(new LongPages(capacityFor(most)), capacityFor(most) - 1, 0);
        for (int slot = 0; !fits && slot <= mask; slot++) {
            if (slots.get(slot) != 0) {
                changed.insert(slots.get(slot));
            }
        }
        for (long instance : come) {
            changed.insert(instance);
        }
        for (long instance : gone) {
            changed.remove(instance);
        }
        return changed;
    }

    public boolean contains(long instance) {
        return instance != 0 && slots.get(slotOf(instance)) != 0;
    }

    private void insert(long instance) {
        int slot = home(instance);
        while (slots.get(slot) != 0) {
            slot = (slot + 1) & mask;
        }
        slots.set(slot, instance);
        size++;
    }

    /** Shifts back what follows, so that no tombstone is ever left (Knuth, 6.4, algorithm R). */
    private void remove(long instance) {
        int hole = slotOf(instance);
        size--;
        slots.set(hole, 0);
        long moved;
        for (int slot = (hole + 1) & mask; (moved = slots.get(slot)) != 0; slot = (slot + 1) & mask) {
            if (((slot - home(moved)) & mask) >= ((slot - hole) & mask)) {
                slots.set(hole, moved);
                slots.set(slot, 0);
                hole = slot;
            }
        }
    }

    private int slotOf(long instance) {
        int slot = home(instance);
        while (slots.get(slot) != 0 && slots.get(slot) != instance) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private int home(long instance) {
        return (int) ((instance * 0x9e37_79b9_7f4a_7c15L) >>> 32) & mask;
    }
}
