package io.osier.agent.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class LabelSelectorTest {
    private static final List<String> OPERATORS = List.of("In", "NotIn", "Exists", "DoesNotExist");

    private static Arbitrary<String> words() {
        return Arbitraries.of("a", "b", "c", "");
    }

    @Provide
    Arbitrary<Map<String, String>> labels() {
        return Arbitraries.maps(Arbitraries.of("a", "b", "c"), words()).ofMaxSize(3);
    }

    @Provide
    Arbitrary<LabelSelector> selectors() {
        Arbitrary<LabelSelectorRequirement> requirements = Combinators.combine(
                        Arbitraries.of("a", "b", "c"),
                        Arbitraries.of(OPERATORS),
                        words().list().ofMinSize(1).ofMaxSize(3))
                .as((key, operator, values) ->
                        new LabelSelectorRequirement(key, operator, operator.endsWith("In") ? values : List.of()));
        return Combinators.combine(labels(), requirements.list().ofMaxSize(3)).as(LabelSelector::new);
    }

    /** As the documentation of Kubernetes puts it, in sentences: each names the labels that it is true of. */
    private static boolean naively(LabelSelector selector, Map<String, String> labels) {
        List<String> pairs = new ArrayList<>();
        labels.forEach((key, value) -> pairs.add(key + "=" + value));
        List<Boolean> sentences = new ArrayList<>();
        selector.matchLabels().forEach((key, value) -> sentences.add(pairs.contains(key + "=" + value)));
        for (LabelSelectorRequirement each : selector.matchExpressions()) {
            boolean there = pairs.stream().anyMatch(pair -> pair.startsWith(each.key() + "="));
            boolean among = each.values().stream().anyMatch(value -> pairs.contains(each.key() + "=" + value));
            sentences.add(
                    switch (each.operator()) {
                        case "In" -> among;
                        case "NotIn" -> !among;
                        case "Exists" -> there;
                        default -> !there;
                    });
        }
        return !sentences.contains(false);
    }

    @Property
    void selectsWhatANaiveReadingSelects(
            @ForAll("selectors") LabelSelector selector, @ForAll("labels") Map<String, String> labels) {
        assertThat(selector.matches(labels)).isEqualTo(naively(selector, labels));
    }

    @Property
    void theEmptyOneSelectsEverything(@ForAll("labels") Map<String, String> labels) {
        assertThat(LabelSelector.ALL.matches(labels)).isTrue();
    }

    @Property
    void isTheSameAfterItWasWritten(@ForAll("selectors") LabelSelector selector) {
        assertThat(Json.read(Json.bytes(selector), LabelSelector.class)).isEqualTo(selector);
    }

    @Example
    void aLabelThatIsNotThereIsNotInAnyValues() {
        var requirement = new LabelSelectorRequirement("tier", "NotIn", List.of("db"));
        LabelSelector selector = new LabelSelector(Map.of(), List.of(requirement));
        assertThat(selector.matches(Map.of())).isTrue();
        assertThat(selector.matches(Map.of("tier", "web"))).isTrue();
        assertThat(selector.matches(Map.of("tier", "db"))).isFalse();
    }
}
