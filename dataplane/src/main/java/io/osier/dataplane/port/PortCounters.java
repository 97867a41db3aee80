package io.osier.dataplane.port;

/** What passed one port. Written by the worker's thread only. */
public final class PortCounters {
    private long receivedPackets;
    private long receivedBytes;
    private long transmittedPackets;
    private long transmittedBytes;

    public void received(long bytes) {
        receivedPackets++;
        receivedBytes += bytes;
    }

    public void transmitted(long packets, long bytes) {
        transmittedPackets += packets;
        transmittedBytes += bytes;
    }

    public long receivedPackets() {
        return receivedPackets;
    }

    public long receivedBytes() {
        return receivedBytes;
    }

    public long transmittedPackets() {
        return transmittedPackets;
    }

    public long transmittedBytes() {
        return transmittedBytes;
    }
}
