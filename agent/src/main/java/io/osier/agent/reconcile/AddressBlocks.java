package io.osier.agent.reconcile;

import io.osier.dataplane.packet.IpPrefix;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Objects by the blocks of 256 IPv4 addresses that they have to do with. Owned by one thread. */
final class AddressBlocks<T> {
    private static final int BLOCK_BITS = 8;

    private final NavigableMap<Integer, List<T>> blocks = new TreeMap<>();
    private final Grouped<Integer, T> objects;

    /** @param order no two objects of a block are equal in it */
    AddressBlocks(Comparator<? super T> order) {
        objects = new Grouped<>(blocks, order);
    }

    /** The block that an address is in. */
    static int blockOf(int v4Bits) {
        return v4Bits >>> BLOCK_BITS;
    }

    void add(int block, T object) {
        objects.add(block, object);
    }

    void remove(int block, T object) {
        objects.remove(block, object);
    }

    /** Those of all blocks that have addresses of this range, and so all that have to do with one of these. */
    void forEachNear(IpPrefix range, Consumer<? super T> action) {
        int first = range.address().v4Bits();
        int last = first | ~range.v4Mask();
        blocks.subMap(blockOf(first), true, blockOf(last), true).values().forEach(members -> members.forEach(action));
    }
}
