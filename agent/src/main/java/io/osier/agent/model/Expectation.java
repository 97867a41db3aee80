package io.osier.agent.model;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.exc.MismatchedInputException;

/** What should have stood where something else does, in words and not by the names of classes. */
public final class Expectation {
    private Expectation() {}

    /** {@code must be a whole number}. */
    public static String of(MismatchedInputException e) {
        return "must be " + typeInWords(e.getTargetType());
    }

    private static String typeInWords(@Nullable Class<?> type) {
        if (type == null) {
            return "something else";
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "a whole number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        if (type.isRecord()) {
            return "a map of keys such as " + type.getRecordComponents()[0].getName();
        }
        return Map.class.isAssignableFrom(type) ? "a map" : "a text";
    }
}
