package io.osier.dataplane.service;

/** What becomes of the live flows of a backend that its service no longer has. */
public enum OnRemoval {
    /** They go on to it for a while, then as with {@link #RESET}. */
    DRAIN("drain"),
    /** Both ends of a TCP connection are reset; what is no TCP is as with {@link #REPICK}. */
    RESET("reset"),
    /** They are forgotten: the next packet goes to a backend that is there. */
    REPICK("repick");

    private static final OnRemoval[] VALUES = values();

    private final String label;

    OnRemoval(String label) {
        this.label = label;
    }

    /** The name that users write. */
    public String label() {
        return label;
    }

    /** What {@link #code} was of. */
    public static OnRemoval of(int code) {
        return VALUES[code];
    }

    /** A number for flows to keep; that of {@link #DRAIN} is 0. */
    @SuppressWarnings("EnumOrdinal") // counted by the connection table's layout
    public int code() {
        return ordinal();
    }
}
