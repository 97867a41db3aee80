package io.osier.dataplane.service;

/**
 * Which pods there are, by the numbers that {@link Backend#instance} has of them: immutable, open-addressed and at most half
 * full. An address alone does not say whether a pod is still the one that a flow was opened to.
 */
public final class PodInstances {
    public static final PodInstances NONE = new PodInstances();

    private final long[] slots;

    public PodInstances(long... instances) {
        slots = new long[Integer.highestOneBit(Math.max(instances.length, 1)) * 4];
        for (long instance : instances) {
            slots[slotOf(instance)] = instance;
        }
    }

    public boolean contains(long instance) {
        return instance != 0 && slots[slotOf(instance)] != 0;
    }

    private int slotOf(long instance) {
        int mask = slots.length - 1;
        int slot = (int) ((instance * 0x9e37_79b9_7f4a_7c15L) >>> 32) & mask;
        while (slots[slot] != 0 && slots[slot] != instance) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
