package io.osier.agent.model;

import java.util.Arrays;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The annotations that mean something here: those under {@code osier.io/}. Others are kept and not looked at. */
public final class Annotations {
    /** How a service picks the backend of a new flow. */
    public static final String BALANCE = "osier.io/balance";
    /** A pod's, slice's or {@code Endpoints}' share of new flows among its service's others. */
    public static final String WEIGHT = "osier.io/weight";

    /** What becomes of the flows of a backend that a service loses. */
    public static final String ON_BACKEND_REMOVAL = "osier.io/on-backend-removal";
    /** For how long they go on if they drain. */
    public static final String DRAIN_SECONDS = "osier.io/drain-seconds";

    private static final String PREFIX = "osier.io/";
    private static final int MAX_WEIGHT = 1_000;

    static final Set<String> OF_SERVICES = Set.of(BALANCE, ON_BACKEND_REMOVAL, DRAIN_SECONDS);
    static final Set<String> OF_ENDPOINTS = Set.of(WEIGHT);

    private Annotations() {}

    /** Refuses an annotation of ours that means nothing on such an object, which is likely to be another one misspelt. */
    static void check(ObjectMeta metadata, Set<String> known) {
        for (String key : metadata.annotations().keySet()) {
            if (key.startsWith(PREFIX) && !known.contains(key)) {
                String near = Spelling.nearest(key, known);
                throw new ValidationException(
                        path(key),
                        path(key) + ": unknown here: "
                                + (near == null ? "no annotation of Osier's" : "did you mean " + near + "?"));
            }
        }
    }

    /** The one of these that is called so; the first if nothing is said. */
    static <T> T choice(ObjectMeta metadata, String key, T[] choices, Function<T, String> label) {
        String value = metadata.annotations().get(key);
        if (value == null) {
            return choices[0];
        }
        for (T choice : choices) {
            if (label.apply(choice).equals(value)) {
                return choice;
            }
        }
        String labels = Arrays.stream(choices).map(label).collect(Collectors.joining(", "));
        throw ValidationException.invalid(path(key), value, "must be one of " + labels);
    }

    /** A number from {@code min} to {@code max}; null if nothing is said. */
    static @Nullable Integer number(ObjectMeta metadata, String key, int min, int max) {
        String value = metadata.annotations().get(key);
        if (value == null) {
            return null;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw ValidationException.invalid(path(key), value, "must be a number from " + min + " to " + max);
    }

    /** The weight that an object says, or 1. */
    public static int weight(ObjectMeta metadata) {
        Integer weight = number(metadata, WEIGHT, 1, MAX_WEIGHT);
        return weight == null ? 1 : weight;
    }

    /** Checks those of something that stands behind services. */
    static void checkEndpoint(ObjectMeta metadata) {
        check(metadata, OF_ENDPOINTS);
        weight(metadata);
    }

    private static String path(String key) {
        return "metadata.annotations[" + key + "]";
    }
}
