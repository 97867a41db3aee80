package io.osier.dataplane.conntrack;

/**
 * One direction of a flow: protocol, addresses and ports as they stand in its packets. A mutable holder that the worker
 * fills again for every packet.
 */
public final class FlowKey {
    private int protocol;
    private long sourceHigh;
    private long sourceLow;
    private int sourcePort;
    private long destinationHigh;
    private long destinationLow;
    private int destinationPort;

    public FlowKey set(
            int protocol,
            long sourceHigh,
            long sourceLow,
            int sourcePort,
            long destinationHigh,
            long destinationLow,
            int destinationPort) {
        this.protocol = protocol;
        this.sourceHigh = sourceHigh;
        this.sourceLow = sourceLow;
        this.sourcePort = sourcePort;
        this.destinationHigh = destinationHigh;
        this.destinationLow = destinationLow;
        this.destinationPort = destinationPort;
        return this;
    }

    /** The tuple of an entry in one direction. */
    FlowKey set(ConnectionEntries entries, int entry, boolean reply) {
        return reply
                ? set(
                        entries.protocol(entry),
                        entries.backendHigh(entry),
                        entries.backendLow(entry),
                        entries.backendPort(entry),
                        entries.sourceHigh(entry),
                        entries.sourceLow(entry),
                        entries.sourcePort(entry))
                : set(
                        entries.protocol(entry),
                        entries.clientHigh(entry),
                        entries.clientLow(entry),
                        entries.clientPort(entry),
                        entries.serviceHigh(entry),
                        entries.serviceLow(entry),
                        entries.servicePort(entry));
    }

    public int protocol() {
        return protocol;
    }

    public long sourceHigh() {
        return sourceHigh;
    }

    public long sourceLow() {
        return sourceLow;
    }

    public int sourcePort() {
        return sourcePort;
    }

    public long destinationHigh() {
        return destinationHigh;
    }

    public long destinationLow() {
        return destinationLow;
    }

    public int destinationPort() {
        return destinationPort;
    }

    /** A hash of which every bit depends on every bit of the key, salted so that strangers cannot aim at one bucket. */
    int hash(long salt) {
        long h = salt;
        h = absorb(h, sourceLow);
        h = absorb(h, destinationLow);
        h = absorb(h, sourceHigh ^ Long.rotateLeft(destinationHigh, 32));
        h = absorb(h, ((long) sourcePort << 32) ^ ((long) destinationPort << 8) ^ protocol);
        return (int) finish(h);
    }

    private static long absorb(long hash, long word) {
        long mixed = (hash ^ word) * 0x9e37_79b9_7f4a_7c15L;
        return mixed ^ (mixed >>> 32);
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators"). */
    private static long finish(long hash) {
        long mixed = (hash ^ (hash >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return mixed ^ (mixed >>> 31);
    }
}
