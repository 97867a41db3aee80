package io.osier.dataplane.conntrack;

/** One end of a flow as a number, for tables that tell ends apart by it: two that share one share their place there. */
final class FlowEnd {
    private FlowEnd() {}

    /** Of 64 bits, each of which depends on all that is given. */
    static long digest(int protocol, long high, long low, int port) {
        long mixed = (low ^ Long.rotateLeft(high, 29) ^ Long.rotateLeft((long) protocol << 16 | port, 40))
                * 0x9e37_79b9_7f4a_7c15L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xbf58_476d_1ce4_e5b9L;
        return mixed ^ (mixed >>> 29);
    }
}
