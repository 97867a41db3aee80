package io.osier.agent.pod;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Kubernetes' {@code $(NAME)} in a container's command, arguments and variables. {@code $$} is a dollar sign that begins no
 * name; a name that nobody knows, and a bracket that nobody closes, stay as they are.
 */
public final class VariableExpansion {
    private static final Pattern REFERENCE = Pattern.compile("\\$(?:\\$|\\(([^)]*)\\))");

    private VariableExpansion() {}

    /** The text with the values of these variables, which are not looked into again. */
    public static String expand(String text, Map<String, String> variables) {
        return REFERENCE
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(
                        found.group(1) == null ? "$" : variables.getOrDefault(found.group(1), found.group())));
    }
}
