package io.osier.dataplane.bridge;

import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.port.Port;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * MAC address to port (IEEE 802.1Q, 8.8): static entries for addresses that are known, learned ones for the rest, which age.
 * Open addressing over parallel arrays at most half full. Owned by the worker's thread.
 */
public final class ForwardingDatabase {
    /** How long a learned address stays without a frame from it, the standard's default. */
    public static final long AGEING_NANOS = TimeUnit.SECONDS.toNanos(300);

    private static final long EMPTY = -1;
    private static final long STATIC = Long.MAX_VALUE;

    private final int capacity;
    private final int learnedPerPort;
    private final long[] macs;
    private final @Nullable Port[] ports;
    private final long[] expiryNanos;
    private final int mask;
    /** How many addresses were learned from each port; a port's counter is made with the first. */
    private final IdentityHashMap<Port, Learned> learnedByPort = new IdentityHashMap<>();

    private int learned;
    private int size;

    /** A number that changes in place, so that counting allocates nothing. */
    private static final class Learned {
        private int addresses;
    }

    /**
     * @param capacity the most entries; a power of two. Learned ones take up to half of it, so that pinned ones find room
     * @param learnedPerPort from how many addresses on nothing new is learned from a port, so that none fills the table alone
     */
    public ForwardingDatabase(int capacity, int learnedPerPort) {
        this.capacity = capacity;
        this.learnedPerPort = learnedPerPort;
        macs = new long[capacity * 2];
        ports = new Port[capacity * 2];
        expiryNanos = new long[capacity * 2];
        mask = macs.length - 1;
        Arrays.fill(macs, EMPTY);
    }

    /** The port behind which the address is, or null. */
    public @Nullable Port lookup(long mac, long nowNanos) {
        int slot = find(mac);
        if (macs[slot] == EMPTY || isExpired(slot, nowNanos)) {
            return null;
        }
        return ports[slot];
    }

    /**
     * Pins an address to a port.
     *
     * @throws IllegalStateException if the table is full of pinned addresses
     * @throws IllegalArgumentException if the address is pinned to another port
     */
    public void addStatic(long mac, Port port) {
        int slot = find(mac);
        if (macs[slot] == EMPTY) {
            if (size == capacity) {
                throw new IllegalStateException("the forwarding database is full");
            }
            size++;
        } else if (expiryNanos[slot] == STATIC) {
            if (ports[slot] != port) {
                throw new IllegalArgumentException(MacAddress.format(mac) + " is pinned to another port");
            }
        } else {
            countLearned(ports[slot], -1);
        }
        macs[slot] = mac;
        ports[slot] = port;
        expiryNanos[slot] = STATIC;
    }

    /**
     * Notes that a frame from this address came in by this port; a full table learns nothing new.
     *
     * @return false if the address is pinned to another port, so that the frame's sender lies
     */
    public boolean learn(long mac, Port port, long nowNanos) {
        int slot = find(mac);
        if (macs[slot] != EMPTY) {
            if (expiryNanos[slot] == STATIC) {
                return ports[slot] == port;
            }
            if (ports[slot] != port) {
                countLearned(ports[slot], -1);
                countLearned(port, 1);
                ports[slot] = port;
            }
            expiryNanos[slot] = expiryNanos(nowNanos);
            return true;
        }
        if (size < capacity && learned < capacity / 2 && learnedFrom(port) < learnedPerPort) {
            macs[slot] = mac;
            ports[slot] = port;
            expiryNanos[slot] = expiryNanos(nowNanos);
            size++;
            countLearned(port, 1);
        }
        return true;
    }

    /** Forgets all addresses of a port. */
    public void removePort(Port port) {
        removeIf(slot -> ports[slot] == port);
        learnedByPort.remove(port);
    }

    /** Forgets what has aged. */
    public void age(long nowNanos) {
        removeIf(slot -> isExpired(slot, nowNanos));
    }

    public int size() {
        return size;
    }

    /** Calls the visitor with every entry. */
    public void forEach(Visitor visitor) {
        for (int slot = 0; slot < macs.length; slot++) {
            Port port = ports[slot];
            if (macs[slot] != EMPTY && port != null) {
                visitor.visit(macs[slot], port, expiryNanos[slot] == STATIC);
            }
        }
    }

    /** Sees one entry. */
    public interface Visitor {
        void visit(long mac, Port port, boolean isStatic);
    }

    /** An even number, which the mark of pinned entries is not, wherever the clock stands. */
    private static long expiryNanos(long nowNanos) {
        return (nowNanos + AGEING_NANOS) & ~1L;
    }

    private boolean isExpired(int slot, long nowNanos) {
        return expiryNanos[slot] != STATIC && expiryNanos[slot] - nowNanos <= 0;
    }

    private int learnedFrom(Port port) {
        Learned counter = learnedByPort.get(port);
        return counter == null ? 0 : counter.addresses;
    }

    private void countLearned(@Nullable Port port, int change) {
        if (port != null) {
            learnedByPort.computeIfAbsent(port, p -> new Learned()).addresses += change;
            learned += change;
        }
    }

    /** The slot that holds the address, or the empty one where it would go. */
    private int find(long mac) {
        int slot = home(mac);
        while (macs[slot] != mac && macs[slot] != EMPTY) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private int home(long mac) {
        return (int) ((mac * 0x9e37_79b9_7f4a_7c15L) >>> 40) & mask;
    }

    private void removeIf(IntPredicate condition) {
        for (int slot = 0; slot < macs.length; slot++) {
            // What a deletion shifts into this slot has to be looked at too.
            while (macs[slot] != EMPTY && condition.test(slot)) {
                removeAt(slot);
            }
        }
    }

    /** Deletes by shifting back what follows (Knuth, 6.4, algorithm R). */
    private void removeAt(int removed) {
        if (expiryNanos[removed] != STATIC) {
            countLearned(ports[removed], -1);
        }
        int hole = removed;
        for (int slot = (hole + 1) & mask; macs[slot] != EMPTY; slot = (slot + 1) & mask) {
            if (((slot - home(macs[slot])) & mask) >= ((slot - hole) & mask)) {
                macs[hole] = macs[slot];
                ports[hole] = ports[slot];
                expiryNanos[hole] = expiryNanos[slot];
                hole = slot;
            }
        }
        macs[hole] = EMPTY;
        ports[hole] = null;
        size--;
    }
}
