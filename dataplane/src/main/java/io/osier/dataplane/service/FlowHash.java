package io.osier.dataplane.service;

import io.osier.dataplane.packet.ParsedPacket;

/** A hash with a fixed seed, which every node and every run of an agent computes alike. */
final class FlowHash {
    /** Of the digits of π, so that nobody has chosen it. */
    private static final long SEED = 0x243f_6a88_85a3_08d3L;

    private FlowHash() {}

    /** Of the tuple that the client sends by; the upper bits are as good as the lower. */
    static long of(ParsedPacket packet) {
        long hash = SEED;
        hash = absorb(hash, packet.sourceHigh());
        hash = absorb(hash, packet.sourceLow());
        hash = absorb(hash, packet.destinationHigh());
        hash = absorb(hash, packet.destinationLow());
        hash = absorb(
                hash, (long) packet.sourcePort() << 32 ^ (long) packet.destinationPort() << 8 ^ packet.protocol());
        return finish(hash);
    }

    /** Of a backend's address and port. */
    static long of(Backend backend) {
        long hash = SEED;
        hash = absorb(hash, backend.address().high());
        hash = absorb(hash, backend.address().low());
        return finish(absorb(hash, backend.port()));
    }

    /** The {@code number}th of the hashes that belong to this one: SplitMix64, seeded with it. */
    static long of(long hash, int number) {
        return finish(hash + number * 0x9e37_79b9_7f4a_7c15L);
    }

    private static long absorb(long hash, long word) {
        return finish(hash ^ word);
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators"). */
    private static long finish(long hash) {
        long mixed = hash + 0x9e37_79b9_7f4a_7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return mixed ^ (mixed >>> 31);
    }
}
