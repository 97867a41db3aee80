package io.osier.agent.model;

import java.util.Collection;

/** How long the lists of an object may get whose compilation goes through them all. */
final class Sizes {
    private static final int MAX_ITEMS = 1_000;

    private Sizes() {}

    static void check(String field, Collection<?> list) {
        check(field, list.size(), MAX_ITEMS);
    }

    static void check(String field, int size, int max) {
        if (size > max) {
            throw new ValidationException(field + ": Too many: " + size + ": must have at most " + max + " items");
        }
    }
}
