package io.osier.agent.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of fields, the records and the documentation say the same. */
class FieldTableTest {
    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatIsKeptIsWhatTheRecordsHave(Kind kind) {
        compare(kind.word(), FieldRule.of(kind), kind.type());
    }

    private static void compare(String path, FieldRule rule, Class<?> type) {
        Set<String> components = new TreeSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            components.add(component.getName());
        }
        Set<String> kept = new TreeSet<>(rule.fields().keySet());
        kept.removeIf(name -> isLeftOut(rule.fields().get(name)));
        components.removeIf(name ->
                rule.fields().containsKey(name) && isLeftOut(rule.fields().get(name)));
        assertThat(kept).as(path).isEqualTo(components);
        for (RecordComponent component : type.getRecordComponents()) {
            Class<?> below = element(component.getGenericType());
            FieldRule field = rule.fields().get(component.getName());
            if (below.isRecord() && field != null && !isLeftOut(field)) {
                compare(path + "." + component.getName(), field, below);
            }
        }
    }

    private static boolean isLeftOut(@Nullable FieldRule field) {
        return field != null
                && (field.rule().equals("ignored")
                        || field.rule().equals("refused")
                        || field.rule().startsWith("~"));
    }

    private static Class<?> element(Type type) {
        if (type instanceof ParameterizedType list) {
            return element(list.getActualTypeArguments()[0]);
        }
        return type instanceof Class<?> plain ? plain : Object.class;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatIsToleratedOrRefusedIsInTheDocumentation(Kind kind) throws IOException {
        String words = Files.readString(Path.of("../docs/manifests.md"));
        documented(kind.word(), FieldRule.of(kind), words);
    }

    private static void documented(String path, FieldRule rule, String words) {
        rule.fields().forEach((name, field) -> {
            if (isLeftOut(field)) {
                assertThat(words).as(path + "." + name).containsPattern("\\b" + name + "\\b");
            }
            Arrays.stream(field.rule().split("\\|", -1))
                    .filter(choice -> choice.startsWith("-"))
                    .forEach(choice ->
                            assertThat(words).contains(choice.substring(1).replace(" list", "")));
            documented(path + "." + name, field, words);
        });
    }
}
