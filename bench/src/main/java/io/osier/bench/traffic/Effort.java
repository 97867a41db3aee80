package io.osier.bench.traffic;

/**
 * How long one take of each kind is.
 *
 * @param tcpSeconds of a stream
 * @param udpMillis that arriving datagrams are counted
 * @param busyRoundTrips without a pause
 * @param pausedRoundTrips with a millisecond between them
 * @param connectMillis that connections are made
 */
public record Effort(int tcpSeconds, int udpMillis, int busyRoundTrips, int pausedRoundTrips, int connectMillis) {
    public static final Effort FULL = new Effort(3, 2_000, 20_000, 1_000, 2_000);
    public static final Effort QUICK = new Effort(1, 700, 5_000, 300, 700);
    /** Before the first round, and not recorded: compilers, neighbour tables and caches have seen everything once. */
    public static final Effort WARM_UP = new Effort(1, 500, 5_000, 100, 500);
}
