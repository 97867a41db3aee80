package io.osier.dataplane.bridge;

import io.osier.dataplane.port.Port;
import java.util.Arrays;
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
    private int size;

    /**
     * @param capacity the most entries; a power of two
     * @param learnedPerPort the most addresses learned from one port, so that none can fill the table alone
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

    /** Pins an address to a port. */
    public void addStatic(long mac, Port port) {
        int slot = find(mac);
        if (macs[slot] == EMPTY) {
            if (size == capacity) {
                throw new IllegalStateException("the forwarding database is full");
            }
            size++;
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
            ports[slot] = port;
            expiryNanos[slot] = nowNanos + AGEING_NANOS;
            return true;
        }
        if (size < capacity && learnedFrom(port) < learnedPerPort) {
            macs[slot] = mac;
            ports[slot] = port;
            expiryNanos[slot] = nowNanos + AGEING_NANOS;
            size++;
        }
        return true;
    }

    /** Forgets all addresses of a port. */
    public void removePort(Port port) {
        removeIf(slot -> ports[slot] == port);
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

    private boolean isExpired(int slot, long nowNanos) {
        return expiryNanos[slot] != STATIC && expiryNanos[slot] - nowNanos <= 0;
    }

    /** Counted only when an address is new, which the table's bound keeps rare. */
    private int learnedFrom(Port port) {
        int learned = 0;
        for (int slot = 0; slot < macs.length; slot++) {
            if (ports[slot] == port && expiryNanos[slot] != STATIC) {
                learned++;
            }
        }
        return learned;
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
