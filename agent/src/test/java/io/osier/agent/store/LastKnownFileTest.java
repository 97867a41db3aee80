package io.osier.agent.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is remembered is read back to the byte, or not at all. */
class LastKnownFileTest {
    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final String SCOPE = "etcd /osier/";

    @TempDir
    Path folder;

    private Path path;
    private LastKnownFile file;

    @BeforeEach
    void write() throws IOException {
        path = folder.resolve("last-known");
        file = new LastKnownFile(path, SCOPE);
        file.write(List.of(entry("nodes/node-a", 7, "{}"), entry("pods/default/web", 9, "")), NOON);
    }

    private static Versioned entry(String key, long revision, String value) {
        return new Versioned(key, revision, value.getBytes(UTF_8));
    }

    @Test
    void whatWasWrittenIsReadWithTheTimeItWasKnownAt() throws IOException {
        assertThat(file.read().orElseThrow())
                .usingRecursiveComparison()
                .isEqualTo(List.of(entry("nodes/node-a", 7, "{}"), entry("pods/default/web", 9, "")));
        assertThat(file.knownAt()).isEqualTo(NOON);

        file.confirm(NOON.plusSeconds(60));
        assertThat(file.knownAt()).isEqualTo(NOON.plusSeconds(60));
    }

    /** It has the word that agents know each other by. */
    @Test
    void nobodyElseReadsIt() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
    }

    @Test
    void anotherStoresStateIsOfNoUse() {
        assertThat(new LastKnownFile(path, "etcd /other/").read()).isEmpty();
    }

    @Test
    void whereNothingWasWrittenNothingIsRead() {
        assertThat(new LastKnownFile(folder.resolve("none"), SCOPE).read()).isEmpty();
    }

    @Test
    void anyByteThatIsNotAsItWasSpoilsIt() throws IOException {
        byte[] whole = Files.readAllBytes(path);
        Random random = new Random(1);
        for (int at = 0; at < whole.length; at++) {
            byte[] spoilt = whole.clone();
            spoilt[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(path, spoilt);
            assertThat(file.read()).as("byte " + at).isEmpty();
        }
    }

    @Test
    void whatIsCutOffOrContinuedIsNotUsed() throws IOException {
        byte[] whole = Files.readAllBytes(path);
        for (int length = 0; length < whole.length; length++) {
            Files.write(path, Arrays.copyOf(whole, length));
            assertThat(file.read()).as(length + " bytes").isEmpty();
        }
        Files.write(path, Arrays.copyOf(whole, whole.length + 1));
        assertThat(file.read()).isEmpty();
    }

    @Test
    void whateverStandsThereNothingWorseHappens() {
        Random random = new Random(2);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            assertThatThrownBy(() -> LastKnownFile.parse(new ByteArrayInputStream(bytes), SCOPE))
                    .isInstanceOf(IOException.class);
        }
    }
}
