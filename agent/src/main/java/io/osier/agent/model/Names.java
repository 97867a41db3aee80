package io.osier.agent.model;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Kubernetes' rules for names and labels. */
final class Names {
    private static final int MAX_LABEL_CHARACTERS = 63;
    private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern LABEL_VALUE = Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?");
    private static final Pattern LABEL_KEY =
            Pattern.compile("([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");

    private Names() {}

    /** An RFC 1123 label, which is what pods, services and nodes are called. */
    static void checkLabel(String field, @Nullable String name) {
        if (name == null || name.isEmpty()) {
            throw new ValidationException(field + ": Required value");
        }
        if (!isLabel(name)) {
            throw ValidationException.invalid(
                    field,
                    name,
                    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', start and end"
                            + " with an alphanumeric character, and have at most 63 characters");
        }
    }

    static boolean isLabel(String name) {
        return name.length() <= MAX_LABEL_CHARACTERS && DNS_LABEL.matcher(name).matches();
    }

    static void checkLabels(String field, Map<String, String> labels) {
        labels.forEach((key, value) -> {
            checkLabelKey(field, key);
            checkLabelValue(field + "." + key, value);
        });
    }

    static void checkLabelKey(String field, @Nullable String key) {
        if (key == null || key.isEmpty()) {
            throw new ValidationException(field + ": Required value");
        }
        if (!LABEL_KEY.matcher(key).matches()) {
            throw ValidationException.invalid(field, key, "not a label key such as app or example.com/app");
        }
    }

    static void checkLabelValue(String field, String value) {
        if (value.length() > MAX_LABEL_CHARACTERS || !LABEL_VALUE.matcher(value).matches()) {
            throw ValidationException.invalid(
                    field,
                    value,
                    "a label value has at most 63 alphanumeric characters, '-', '_' or '.', and begins and ends with an"
                            + " alphanumeric character");
        }
    }
}
