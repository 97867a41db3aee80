package io.osier.agent.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

class InstantReaderTest {
    private static final Instant NOON = Instant.parse("2026-11-29T12:00:00Z");

    private static @Nullable Instant created(String value) {
        String text = "{\"name\": \"web\", \"creationTimestamp\": " + value + "}";
        return Json.read(text.getBytes(UTF_8), ObjectMeta.class).creationTimestamp();
    }

    @Test
    void eachTextIsItsOwnMoment() {
        assertThat(created("\"2026-11-29T12:00:00Z\"")).isEqualTo(NOON);
        assertThat(created("\"2026-11-29T12:00:00Z\"")).isEqualTo(NOON);
        assertThat(created("\"2026-11-29T12:00:01Z\"")).isEqualTo(NOON.plusSeconds(1));
        assertThat(created("\"2026-11-29T12:00:00Z\"")).isEqualTo(NOON);
        assertThat(created("\"2026-11-29T13:00:00.25+01:00\"")).isEqualTo(NOON.plusMillis(250));
    }

    @Test
    void objectsOfOneSecondShareTheirMoment() {
        Instant first = created("\"2026-11-29T12:00:02Z\"");

        assertThat(created("\"2026-11-29T12:00:02Z\"")).isSameAs(first);
    }

    @Test
    void whatIsNoTextIsReadAsJacksonReadsIt() {
        assertThat(created("null")).isNull();
        assertThat(created("0")).isEqualTo(Instant.EPOCH);
        assertThatThrownBy(() -> created("[]"))
                .isInstanceOf(ValidationException.class)
                .hasMessageStartingWith("creationTimestamp: ");
    }

    /** Jackson takes empty text for none; so does a reader that has read nothing yet. */
    @Test
    void emptyTextIsNoMoment() {
        JsonMapper fresh = JsonMapper.builder()
                .addModule(new SimpleModule().addDeserializer(Instant.class, new InstantReader()))
                .build();

        assertThat(fresh.readValue("\"\"", Instant.class)).isNull();
        assertThat(fresh.readValue("\"1970-01-01T00:00:00Z\"", Instant.class)).isEqualTo(Instant.EPOCH);
        assertThat(created("\"\"")).isNull();
    }

    @Test
    void whatIsNoMomentIsRefusedEachTime() {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> created("\"yesterday\""))
                    .isInstanceOf(ValidationException.class)
                    .hasMessageStartingWith("creationTimestamp: ")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void newObjectsHaveWholeSeconds() {
        ObjectMeta meta = ObjectMeta.named("web").created("uid", NOON.plusNanos(999_999_999));

        assertThat(meta.creationTimestamp()).isEqualTo(NOON);
        assertThat(meta.deletedAt(NOON.plusNanos(1)).deletionTimestamp()).isEqualTo(NOON);
    }
}
