package io.osier.dataplane.service;

/**
 * What the rules of one service have matched: as with {@code iptables}' nat table, only the first packet of each flow meets
 * them. Written by the worker's thread; others may read a value that is a moment old.
 */
public final class RuleCounters {
    private static final int PACKETS = 0;
    private static final int BYTES = 1;
    private static final int HAIRPIN_PACKETS = 2;
    private static final int HAIRPIN_BYTES = 3;
    private static final int AGAIN_PACKETS = 4;
    private static final int AGAIN_BYTES = 5;
    private static final int COUNTERS = 6;

    private final long[] values;

    /** One set for each backend and one for packets that found none. */
    RuleCounters(int backends) {
        values = new long[(backends + 1) * COUNTERS];
    }

    /** The sum of several accounts of equal length. */
    static RuleCounters sum(int backends, Iterable<RuleCounters> parts) {
        RuleCounters sum = new RuleCounters(backends);
        for (RuleCounters part : parts) {
            for (int i = 0; i < sum.values.length; i++) {
                sum.values[i] += part.values[i];
            }
        }
        return sum;
    }

    /** Takes another account's total in. */
    void addTotal(long packets, long bytes) {
        values[values.length - COUNTERS + PACKETS] += packets;
        values[values.length - COUNTERS + BYTES] += bytes;
    }

    /** A flow's first packet went to this backend; {@code hairpin} if it came from there. */
    public void chosen(int backendIndex, int lengthBytes, boolean hairpin) {
        add(backendIndex * COUNTERS + PACKETS, lengthBytes);
        if (hairpin) {
            add(backendIndex * COUNTERS + HAIRPIN_PACKETS, lengthBytes);
        }
    }

    /** It went there because the client had been there before. */
    public void chosenAgain(int backendIndex, int lengthBytes) {
        add(backendIndex * COUNTERS + AGAIN_PACKETS, lengthBytes);
    }

    /** A packet found no backend. */
    public void rejected(int lengthBytes) {
        add(values.length - COUNTERS + PACKETS, lengthBytes);
    }

    /** Those that found no backend. */
    public long refusedPackets() {
        return values[values.length - COUNTERS + PACKETS];
    }

    public long refusedBytes() {
        return values[values.length - COUNTERS + BYTES];
    }

    public long packets(int backendIndex) {
        return values[backendIndex * COUNTERS + PACKETS];
    }

    public long bytes(int backendIndex) {
        return values[backendIndex * COUNTERS + BYTES];
    }

    public long hairpinPackets(int backendIndex) {
        return values[backendIndex * COUNTERS + HAIRPIN_PACKETS];
    }

    public long hairpinBytes(int backendIndex) {
        return values[backendIndex * COUNTERS + HAIRPIN_BYTES];
    }

    public long againPackets(int backendIndex) {
        return values[backendIndex * COUNTERS + AGAIN_PACKETS];
    }

    public long againBytes(int backendIndex) {
        return values[backendIndex * COUNTERS + AGAIN_BYTES];
    }

    /** All packets to the service that met its rules, rejected ones included. */
    public long totalPackets() {
        return total(PACKETS);
    }

    public long totalBytes() {
        return total(BYTES);
    }

    private long total(int counter) {
        long total = 0;
        for (int i = counter; i < values.length; i += COUNTERS) {
            total += values[i];
        }
        return total;
    }

    private void add(int packets, int lengthBytes) {
        values[packets]++;
        values[packets + 1] += lengthBytes;
    }
}
