package io.osier.bench.traffic;

/** Where the servers in the pods listen. */
public final class Ports {
    public static final int TCP = 7001;
    public static final int ECHO = 7002;
    public static final int SINK = 7003;

    private Ports() {}
}
