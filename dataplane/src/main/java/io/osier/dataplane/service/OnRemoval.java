package io.osier.dataplane.service;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What becomes of the live flows of a backend that its service no longer has. */
public enum OnRemoval {
    /** They go on to it for a while, then as with {@link #RESET}. */
    DRAIN("drain"),
    /** Both ends of a TCP connection are reset; what is no TCP is as with {@link #REPICK}. */
    RESET("reset"),
    /** They are forgotten: the next packet goes to a backend that is there. */
    REPICK("repick");

    private static final OnRemoval[] VALUES = values();

    private static final Map<String, OnRemoval> BY_LABEL =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(OnRemoval::label, Function.identity()));

    private final String label;

    OnRemoval(String label) {
        this.label = label;
    }

    /** The name that users write. */
    public String label() {
        return label;
    }

    /**
     * The one that has this name.
     *
     * @throws IllegalArgumentException if none has
     */
    public static OnRemoval labelled(String label) {
        OnRemoval labelled = BY_LABEL.get(label);
        if (labelled == null) {
            throw new IllegalArgumentException("no OnRemoval is called " + label);
        }
        return labelled;
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
