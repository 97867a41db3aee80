package io.osier.agent.model;

import java.util.List;
import java.util.Map;

/**
 * One thing that a {@link LabelSelector} asks of labels.
 *
 * @param operator {@code In}, {@code NotIn}, {@code Exists} or {@code DoesNotExist}
 * @param values of which the label's value is to be, or not to be, one; none where only the key counts
 */
public record LabelSelectorRequirement(String key, String operator, List<String> values) {
    private static final String IN = "In";
    private static final String NOT_IN = "NotIn";
    private static final String EXISTS = "Exists";
    private static final String DOES_NOT_EXIST = "DoesNotExist";

    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public LabelSelectorRequirement {
        values = values == null ? List.of() : List.copyOf(values);
    }

    void check(String at) {
        Names.checkLabelKey(at + ".key", key);
        switch (operator == null ? "" : operator) {
            case IN, NOT_IN -> {
                if (values.isEmpty()) {
                    throw new ValidationException(
                            at + ".values: Required value: must be specified when `operator` is 'In' or 'NotIn'");
                }
            }
            case EXISTS, DOES_NOT_EXIST -> {
                if (!values.isEmpty()) {
                    throw new ValidationException(at
                            + ".values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            case "" -> throw new ValidationException(at + ".operator: Required value");
            default ->
                throw ValidationException.invalid(
                        at + ".operator", operator, "must be In, NotIn, Exists or DoesNotExist");
        }
        Sizes.check(at + ".values", values);
        for (int i = 0; i < values.size(); i++) {
            Names.checkLabelValue(at + ".values[" + i + "]", values.get(i));
        }
    }

    /** Whether these labels have what it asks for; a label that is not there is {@code NotIn} everything. */
    public boolean matches(Map<String, String> labels) {
        String value = labels.get(key);
        return switch (operator) {
            case IN -> value != null && values.contains(value);
            case NOT_IN -> value == null || !values.contains(value);
            case EXISTS -> value != null;
            default -> value == null;
        };
    }
}
