package io.osier.dataplane.io;

import java.util.Set;

/**
 * What the holder of a TAP declares it can take from the kernel undone ({@code TUNSETOFFLOAD}, {@code linux/if_tun.h}).
 * With none, every frame is at most the device's MTU long and all its checksums are complete.
 */
public enum TapOffload {
    /** Transport checksums that hold only the pseudo-header's sum. Needed by all others. */
    CSUM(0x01),
    /** TCP over IPv4 in pieces of up to 64 KB. */
    TSO4(0x02),
    /** TCP over IPv6 in pieces of up to 64 KB. */
    TSO6(0x04),
    /** UDP over IPv4 in pieces of up to 64 KB; only together with {@link #USO6}. Linux 6.2 and later. */
    USO4(0x20),
    /** UDP over IPv6 in pieces of up to 64 KB; only together with {@link #USO4}. Linux 6.2 and later. */
    USO6(0x40);

    private final int bit;

    TapOffload(int bit) {
        this.bit = bit;
    }

    /** The argument of {@code TUNSETOFFLOAD}. */
    static int bits(Set<TapOffload> offloads) {
        int bits = 0;
        for (TapOffload offload : offloads) {
            bits |= offload.bit;
        }
        return bits;
    }
}
