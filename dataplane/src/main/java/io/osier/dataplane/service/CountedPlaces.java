package io.osier.dataplane.service;

import io.osier.dataplane.packet.IpAddress;

/**
 * Addresses and ports, and by how many each is used: immutable once it is published, open-addressed and at most half full, flat
 * so that a quarter of a million of them cost the collector little, and in pages that a changed copy shares.
 */
final class CountedPlaces {
    private static final int LONGS_PER_SLOT = 3;
    private static final int LEAST = 16;
    private static final int HIGH = 1;
    private static final int LOW = 2;
    private static final long ONE_USE = 1L << 32;
    private static final long WORD_MASK = ONE_USE - 1;

    /** Protocol, port and uses, which are 0 where the slot is free; the upper half of the address; the lower one. */
    private final LongPages slots;

    private final int mask;
    private int used;

    /** An empty one that has room for so many, and for a quarter more: or it might have to be made anew at each change. */
    CountedPlaces(int count) {
        int capacity = Integer.highestOneBit(Math.max(count + count / 4, LEAST)) * 4;
        slots = new LongPages(capacity * LONGS_PER_SLOT);
        mask = capacity - 1;
    }

    private CountedPlaces(CountedPlaces other) {
        slots = other.slots.copy();
        mask = other.mask;
        used = other.used;
    }

    /** One that begins as this is now; this one must not be changed any more. */
    CountedPlaces copy() {
        return new CountedPlaces(this);
    }

    /** Whether so many more still leave half of the slots free. */
    boolean hasRoomFor(int more) {
        return used + more <= (mask + 1) / 2;
    }

    /** One use more or less; there has to be room. */
    void change(int protocol, IpAddress address, int port, int difference) {
        int slot = slotOf(protocol, address.high(), address.low(), port);
        if (isFree(slot)) {
            used++;
            put(slot, word(protocol, port), address.high(), address.low());
        }
        set(slot, 0, at(slot, 0) + difference * ONE_USE);
        if (isFree(slot)) {
            used--;
            close(slot);
        }
    }

    /** Whether anybody uses it. */
    boolean contains(int protocol, long high, long low, int port) {
        return !isFree(slotOf(protocol, high, low, port));
    }

    /** Where it is, or would be. */
    private int slotOf(int protocol, long high, long low, int port) {
        long word = word(protocol, port);
        for (int slot = home(word, high, low); ; slot = (slot + 1) & mask) {
            if (isFree(slot) || (wordAt(slot) == word && at(slot, LOW) == low && at(slot, HIGH) == high)) {
                return slot;
            }
        }
    }

    /** Shifts back what follows, so that no tombstone is ever left (Knuth, 6.4, algorithm R). */
    private void close(int emptied) {
        int hole = emptied;
        set(hole, 0, 0);
        for (int slot = (hole + 1) & mask; !isFree(slot); slot = (slot + 1) & mask) {
            int home = home(wordAt(slot), at(slot, HIGH), at(slot, LOW));
            if (((slot - home) & mask) >= ((slot - hole) & mask)) {
                put(hole, at(slot, 0), at(slot, HIGH), at(slot, LOW));
                set(slot, 0, 0);
                hole = slot;
            }
        }
    }

    private boolean isFree(int slot) {
        return at(slot, 0) >>> 32 == 0;
    }

    private long wordAt(int slot) {
        return at(slot, 0) & WORD_MASK;
    }

    private long at(int slot, int field) {
        return slots.get(slot * LONGS_PER_SLOT + field);
    }

    private void set(int slot, int field, long value) {
        slots.set(slot * LONGS_PER_SLOT + field, value);
    }

    private void put(int slot, long word, long high, long low) {
        set(slot, 0, word);
        set(slot, HIGH, high);
        set(slot, LOW, low);
    }

    private int home(long word, long high, long low) {
        long mixed = (low ^ Long.rotateLeft(high, 29) ^ Long.rotateLeft(word, 40)) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 32 ^ mixed >>> 48) & mask;
    }

    private static long word(int protocol, int port) {
        return (long) protocol << 16 | port;
    }
}
