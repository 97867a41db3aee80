package io.osier.agent.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Records come of JSON as Jackson by itself makes them. */
class RecordInstantiatorsTest {
    private record Hidden(String name, int count, boolean set, List<String> words) {}

    record Picky(String word) {
        Picky {
            switch (word) {
                case "invalid" -> throw new ValidationException("spec.word: Invalid value");
                case "odd" -> throw new IllegalStateException("so odd");
                case "deep" -> throw new StackOverflowError("too deep");
                default -> {}
            }
        }
    }

    private static <T> T read(String json, Class<T> type) {
        return Json.read(json.getBytes(UTF_8), type);
    }

    @Test
    void aRecordThatOthersDoNotSee() {
        assertThat(read("{\"name\": \"a\", \"count\": 2, \"set\": true, \"words\": [\"x\"]}", Hidden.class))
                .isEqualTo(new Hidden("a", 2, true, List.of("x")));
    }

    @Test
    void whatIsNotSaidIsNothing() {
        Hidden hidden = read("{}", Hidden.class);
        assertThat(hidden.name()).isNull();
        assertThat(hidden.count()).isZero();
        assertThat(hidden.set()).isFalse();
    }

    @Test
    void whatAConstructorRefusesIsToldInItsWords() {
        assertThatThrownBy(() -> read("{\"word\": \"invalid\"}", Picky.class))
                .isInstanceOf(ValidationException.class)
                .hasMessage("spec.word: Invalid value");
        assertThatThrownBy(() -> read("{\"word\": \"odd\"}", Picky.class))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("so odd");
    }

    @Test
    void anErrorIsNoFaultOfTheValues() {
        assertThatThrownBy(() -> read("{\"word\": \"deep\"}", Picky.class))
                .isInstanceOf(StackOverflowError.class)
                .hasMessage("too deep");
    }
}
