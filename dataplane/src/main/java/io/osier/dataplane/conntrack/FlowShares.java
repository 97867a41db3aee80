package io.osier.dataplane.conntrack;

import java.util.Arrays;

/**
 * Who has how much of the connection table, and which of it is embryonic: opened, and not answered yet. Clients are told apart
 * by a hash of their address, so that this has a bound; two that share one share their part. Lists go through arrays that have
 * a place for each entry of the table; every operation takes constant time, {@link #victim} the time to look at all shares.
 *
 * <p>Owned by the worker's thread; allocates nothing.
 */
final class FlowShares {
    private static final int SHARES = 1_024;
    private static final int NONE = ConnectionTable.NONE;

    private final long salt;
    private final int most;
    private final int[] flows = new int[SHARES];
    private final int[] oldest = new int[SHARES];
    private final int[] youngest = new int[SHARES];
    private final int[] older;
    private final int[] younger;
    private final short[] shareOf;
    private final boolean[] embryonic;

    /** @param most the flows that one client may have */
    FlowShares(int capacity, int most, long salt) {
        this.salt = salt;
        this.most = most;
        older = new int[capacity];
        younger = new int[capacity];
        shareOf = new short[capacity];
        embryonic = new boolean[capacity];
        Arrays.fill(oldest, NONE);
        Arrays.fill(youngest, NONE);
        Arrays.fill(shareOf, (short) NONE);
    }

    private int share(long high, long low) {
        long mixed = (low ^ Long.rotateLeft(high, 31) ^ salt) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 40) & SHARES - 1;
    }

    /** A flow of this client has come into the table. */
    void add(int entry, long clientHigh, long clientLow, boolean isEmbryonic) {
        int share = share(clientHigh, clientLow);
        shareOf[entry] = (short) share;
        flows[share]++;
        if (isEmbryonic) {
            embryonic[entry] = true;
            older[entry] = youngest[share];
            younger[entry] = NONE;
            if (youngest[share] == NONE) {
                oldest[share] = entry;
            } else {
                younger[youngest[share]] = entry;
            }
            youngest[share] = entry;
        }
    }

    boolean isEmbryonic(int entry) {
        return embryonic[entry];
    }

    /** The flow was answered, or is over. */
    void mature(int entry) {
        if (!embryonic[entry]) {
            return;
        }
        int share = shareOf[entry];
        embryonic[entry] = false;
        if (older[entry] == NONE) {
            oldest[share] = younger[entry];
        } else {
            younger[older[entry]] = younger[entry];
        }
        if (younger[entry] == NONE) {
            youngest[share] = older[entry];
        } else {
            older[younger[entry]] = older[entry];
        }
    }

    /** The flow is nobody's any more; one that is none is left alone. */
    void remove(int entry) {
        if (shareOf[entry] == NONE) {
            return;
        }
        mature(entry);
        flows[shareOf[entry]]--;
        shareOf[entry] = NONE;
    }

    /** Whether the client has as many flows as it may. */
    boolean isExhausted(long clientHigh, long clientLow) {
        return flows[share(clientHigh, clientLow)] >= most;
    }

    /** The client's oldest embryonic flow, or {@link ConnectionTable#NONE}. */
    int oldestEmbryonic(long clientHigh, long clientLow) {
        return oldest[share(clientHigh, clientLow)];
    }

    /** The oldest embryonic flow of whoever has most flows among those who have one at all, or {@link ConnectionTable#NONE}. */
    int victim() {
        int fullest = NONE;
        for (int share = 0; share < SHARES; share++) {
            if (oldest[share] != NONE && (fullest == NONE || flows[share] > flows[fullest])) {
                fullest = share;
            }
        }
        return fullest == NONE ? NONE : oldest[fullest];
    }
}
