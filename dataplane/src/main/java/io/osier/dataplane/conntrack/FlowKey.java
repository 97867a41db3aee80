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

    /** A well-mixed hash, salted so that strangers cannot aim at one bucket. */
    int hash(long salt) {
        long h = salt;
        h = mix(h ^ sourceLow);
        h = mix(h ^ destinationLow);
        h = mix(h ^ sourceHigh ^ Long.rotateLeft(destinationHigh, 32));
        h = mix(h ^ ((long) sourcePort << 32) ^ ((long) destinationPort << 8) ^ protocol);
        return (int) (h ^ (h >>> 32));
    }

    private static long mix(long value) {
        long mixed = value * 0x9e37_79b9_7f4a_7c15L;
        return mixed ^ (mixed >>> 32);
    }
}
