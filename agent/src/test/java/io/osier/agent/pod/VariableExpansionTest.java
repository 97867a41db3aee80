package io.osier.agent.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of Kubernetes' {@code third_party/forked/golang/expansion}. */
class VariableExpansionTest {
    private static final Map<String, String> VARIABLES =
            Map.of("A", "1", "B", "2", "EMPTY", "", "REF", "$(A)", "COST", "$1 \\ $$");

    private static String expand(String text) {
        return VariableExpansion.expand(text, VARIABLES);
    }

    @ParameterizedTest
    @CsvSource({
        "$(A), 1",
        "$(A)-$(A), 1-1",
        "__$(B)__, __2__",
        "$(A)_$(B), 1_2",
        "foo$(EMPTY)bar, foobar",
        "%%$(REF)--$(REF)%%, %%$(A)--$(A)%%",
        "it costs $(COST), it costs $1 \\ $$",
        "\\$(A), \\1",
        "$(B)___$(A, 2___$(A",
    })
    void aNameBecomesItsValueWhichIsNotLookedIntoAgain(String text, String becomes) {
        assertThat(expand(text)).isEqualTo(becomes);
    }

    @ParameterizedTest
    @CsvSource({
        "$$(A), $(A)",
        "$$(A)_$(B), $(A)_2",
        "cost-$$A, cost-$A",
        "$$$$$$(A), $$$(A)",
        "$$$$$$$(A), $$$1",
        "$$$$$$$(NOBODY), $$$$(NOBODY)",
        "$($$, $($",
    })
    void twoDollarsAreOneThatBeginsNoName(String text, String becomes) {
        assertThat(expand(text)).isEqualTo(becomes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$(NOBODY)",
                "$(hostname -i)",
                "$()",
                "$(A$(B)",
                "$(A$(B))",
                "$(A$$B)",
                "$(A",
                "--$($($($(",
                "$A",
                "${A}",
                "$A)",
                "(A)",
                "$?_boo_$!",
                "100$",
                "\n",
                ""
            })
    void everythingElseStaysAsItIs(String text) {
        assertThat(expand(text)).isEqualTo(text);
    }
}
