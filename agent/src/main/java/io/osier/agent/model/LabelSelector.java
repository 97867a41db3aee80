package io.osier.agent.model;

import java.util.List;
import java.util.Map;

/**
 * Which objects are meant, by their labels: those that have all that is asked for; all, if nothing is.
 *
 * @param matchLabels labels that must be there, with these values
 */
public record LabelSelector(Map<String, String> matchLabels, List<LabelSelectorRequirement> matchExpressions) {
    /** Selects everything. */
    public static final LabelSelector ALL = new LabelSelector(Map.of(), List.of());

    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public LabelSelector {
        matchLabels = matchLabels == null ? Map.of() : SortedTexts.of(matchLabels);
        matchExpressions = matchExpressions == null ? List.of() : List.copyOf(matchExpressions);
    }

    void check(String at) {
        Names.checkLabels(at + ".matchLabels", matchLabels);
        Sizes.check(at + ".matchExpressions", matchExpressions);
        for (int i = 0; i < matchExpressions.size(); i++) {
            matchExpressions.get(i).check(at + ".matchExpressions[" + i + "]");
        }
    }

    /** Whether an object with these labels is meant. */
    public boolean matches(Map<String, String> labels) {
        for (Map.Entry<String, String> wanted : matchLabels.entrySet()) {
            if (!wanted.getValue().equals(labels.get(wanted.getKey()))) {
                return false;
            }
        }
        return matchExpressions.stream().allMatch(requirement -> requirement.matches(labels));
    }
}
