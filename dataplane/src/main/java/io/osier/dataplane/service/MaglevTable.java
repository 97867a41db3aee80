package io.osier.dataplane.service;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Consistent hashing as in Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer" (NSDI 2016), section
 * 3.4: each backend wishes for slots in an order of its own, and they take slots in turns. The backends alone decide what is
 * in the table, neither their order nor chance, so that every node has the same; and a backend that comes or goes moves hardly
 * more than its own share.
 *
 * <p>The paper's orders go on by a fixed step. Of two backends whose steps are a small multiple of each other, one runs into
 * the other's slots all the time, and when it goes twice its share moves; so here each wish is a hash.
 *
 * <p>Immutable; {@value #SLOTS} slots of two bytes, whatever the number of backends: a size that grew with them would move
 * every flow when it did.
 */
final class MaglevTable {
    static final int SLOTS = 16_381;

    private static final char FREE = Character.MAX_VALUE;

    private final char[] slots = new char[SLOTS];

    /** @param backends at least one, at most {@value #SLOTS} that are then used */
    MaglevTable(List<Backend> backends) {
        Arrays.fill(slots, FREE);
        int[] order = IntStream.range(0, backends.size())
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> backends.get(i).address())
                        .thenComparing(i -> backends.get(i).port()))
                .mapToInt(Integer::intValue)
                .limit(SLOTS)
                .toArray();
        fill(backends, order);
    }

    /** In each round everybody takes the next free slot of his own; the lighter ones sit out some rounds. */
    private void fill(List<Backend> backends, int[] order) {
        int heaviest = backends.stream().mapToInt(Backend::weight).max().orElse(1);
        long[] hashes = new long[order.length];
        for (int i = 0; i < order.length; i++) {
            hashes[i] = FlowHash.of(backends.get(order[i]));
        }
        int[] wishes = new int[order.length];
        long[] credit = new long[order.length];
        int free = SLOTS;
        while (true) {
            for (int i = 0; i < order.length; i++) {
                credit[i] += backends.get(order[i]).weight();
                if (credit[i] < heaviest) {
                    continue;
                }
                credit[i] -= heaviest;
                int wish = slotOf(FlowHash.of(hashes[i], wishes[i]++));
                while (slots[wish] != FREE) {
                    wish = slotOf(FlowHash.of(hashes[i], wishes[i]++));
                }
                slots[wish] = (char) order[i];
                if (--free == 0) {
                    return;
                }
            }
        }
    }

    /** The index of the backend for a flow of this hash. */
    int backendOf(long hash) {
        return slots[slotOf(hash)];
    }

    private static int slotOf(long hash) {
        return (int) (((hash >>> 32) * SLOTS) >>> 32);
    }
}
