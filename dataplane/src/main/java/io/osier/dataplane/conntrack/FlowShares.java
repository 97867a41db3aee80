package io.osier.dataplane.conntrack;

import java.util.Arrays;

/**
 * Who has how much of the connection table, and which of it is expendable: opened and not answered yet, or over. Clients are
 * told apart by a hash of their address, so that this has a bound; two that share one share their part. Lists go through arrays
 * that have a place for each entry of the table, in the order in which flows became expendable; every operation takes constant
 * time, {@link #victim} the time to look at all shares.
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
    private final boolean[] expendable;

    /** @param most the flows that one client may have */
    FlowShares(int capacity, int most, long salt) {
        this.salt = salt;
        this.most = most;
        older = new int[capacity];
        younger = new int[capacity];
        shareOf = new short[capacity];
        expendable = new boolean[capacity];
        Arrays.fill(oldest, NONE);
        Arrays.fill(youngest, NONE);
        Arrays.fill(shareOf, (short) NONE);
    }

    private int share(long high, long low) {
        long mixed = (low ^ Long.rotateLeft(high, 31) ^ salt) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 40) & SHARES - 1;
    }

    /** A flow of this client has come into the table. */
    void add(int entry, long clientHigh, long clientLow, boolean isExpendable) {
        int share = share(clientHigh, clientLow);
        shareOf[entry] = (short) share;
        flows[share]++;
        setExpendable(entry, isExpendable);
    }

    /** Whether the flow may be given up for another one; one that is nobody's is left alone. */
    void setExpendable(int entry, boolean isExpendable) {
        if (expendable[entry] == isExpendable || shareOf[entry] == NONE) {
            return;
        }
        expendable[entry] = isExpendable;
        if (isExpendable) {
            append(entry, shareOf[entry]);
        } else {
            takeOut(entry, shareOf[entry]);
        }
    }

    private void append(int entry, int share) {
        older[entry] = youngest[share];
        younger[entry] = NONE;
        if (youngest[share] == NONE) {
            oldest[share] = entry;
        } else {
            younger[youngest[share]] = entry;
        }
        youngest[share] = entry;
    }

    private void takeOut(int entry, int share) {
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
        setExpendable(entry, false);
        flows[shareOf[entry]]--;
        shareOf[entry] = NONE;
    }

    /** Whether the client has as many flows as it may. */
    boolean isExhausted(long clientHigh, long clientLow) {
        return flows[share(clientHigh, clientLow)] >= most;
    }

    /** The client's flow that has been expendable longest, or {@link ConnectionTable#NONE}. */
    int oldestExpendable(long clientHigh, long clientLow) {
        return oldest[share(clientHigh, clientLow)];
    }

    /** The oldest expendable flow of whoever has most flows among those who have one at all, or {@link ConnectionTable#NONE}. */
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
