package io.osier.dataplane.policy;

import io.osier.dataplane.packet.IpAddress;
import java.util.Collection;
import java.util.List;

/** The other ends that a rule means: single addresses, found by one probe, and ranges. Immutable; looked up without allocation. */
public final class PeerSet {
    /** Every address. */
    public static final PeerSet ANYBODY = new PeerSet(List.of(), List.of(), true);

    private final boolean anybody;
    private final List<IpBlock> blocks;
    private final int size;
    /** Pairs of halves with an address in each taken slot; 0 and 0, which no pod has, where there is none. */
    private final long[] slots;

    private PeerSet(Collection<IpAddress> addresses, List<IpBlock> blocks, boolean anybody) {
        this.anybody = anybody;
        this.blocks = List.copyOf(blocks);
        this.slots = new long[2 * Integer.highestOneBit(Math.max(1, addresses.size())) * 4];
        addresses.forEach(this::insert);
        this.size = addresses.size();
    }

    /**
     * These addresses and ranges.
     *
     * @param addresses none twice, and none unspecified
     */
    public static PeerSet of(Collection<IpAddress> addresses, List<IpBlock> blocks) {
        return new PeerSet(addresses, blocks, false);
    }

    /** Whether the address is meant. */
    public boolean contains(long high, long low) {
        if (anybody || isListed(high, low)) {
            return true;
        }
        for (int i = 0; i < blocks.size(); i++) { // no iterator to allocate
            if (blocks.get(i).contains(high, low)) {
                return true;
            }
        }
        return false;
    }

    private boolean isListed(long high, long low) {
        for (int slot = slotOf(high, low); (slots[slot] | slots[slot + 1]) != 0; slot = next(slot)) {
            if (slots[slot] == high && slots[slot + 1] == low) {
                return true;
            }
        }
        return false;
    }

    private void insert(IpAddress address) {
        int slot = slotOf(address.high(), address.low());
        while ((slots[slot] | slots[slot + 1]) != 0) {
            slot = next(slot);
        }
        slots[slot] = address.high();
        slots[slot + 1] = address.low();
    }

    private int next(int slot) {
        return (slot + 2) & (slots.length - 1);
    }

    private int slotOf(long high, long low) {
        long mixed = (low ^ Long.rotateLeft(high, 31)) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 33) << 1 & (slots.length - 1);
    }

    @Override
    public String toString() {
        return anybody ? "anybody" : size + " addresses, " + blocks;
    }
}
