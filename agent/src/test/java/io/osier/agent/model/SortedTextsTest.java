package io.osier.agent.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SortedTextsTest {
    @Property(tries = 300)
    void itIsASortedMap(@ForAll Map<String, String> map, @ForAll String other) {
        Map<String, String> model = new TreeMap<>(map);
        Map<String, String> texts = SortedTexts.of(map);

        assertThat(texts).isEqualTo(model);
        assertThat(model).isEqualTo(texts);
        assertThat(texts).hasSameHashCodeAs(model).hasToString(model.toString());
        assertThat(List.copyOf(texts.entrySet())).isEqualTo(List.copyOf(model.entrySet()));
        assertThat(texts.entrySet().containsAll(model.entrySet())).isTrue();
        map.forEach((name, value) -> assertThat(texts.get(name)).isEqualTo(value));
        assertThat(texts.get(other)).isEqualTo(model.get(other));
        assertThat(texts.containsKey(other)).isEqualTo(model.containsKey(other));
    }

    @Test
    void whatIsLeftOutIsEmpty() {
        assertThat(SortedTexts.of(Collections.singletonMap("app", null))).containsEntry("app", "");
    }

    @Test
    void itNeverChanges() {
        Map<String, String> texts = SortedTexts.of(Map.of("app", "web"));

        assertThatThrownBy(() -> texts.put("app", "other")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(texts::clear).isInstanceOf(UnsupportedOperationException.class);
        assertThat(SortedTexts.of(texts)).isSameAs(texts);
    }
}
