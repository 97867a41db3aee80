package io.osier.agent.store.directory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.store.StateStore;
import io.osier.agent.store.Versioned;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes on one store, and what is left of a write when its process is killed. */
class DirectoryStoreCrashTest {
    private static final int KILLS = 4;
    private static final int PROCESSES = 3;
    private static final int INCREMENTS = 40;

    private final List<Process> started = new ArrayList<>();

    @TempDir
    Path root;

    @AfterEach
    void endProcesses() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void aKilledWriterLosesNothingThatWasAcknowledgedAndTearsNothing() throws Exception {
        Random random = new Random(20_261_123);
        Map<String, Long> acknowledged = new HashMap<>();
        for (int round = 0; round < KILLS; round++) {
            Process writer = start("write");
            try (BufferedReader output = reader(writer)) {
                int until = 20 + random.nextInt(60);
                for (int i = 0; i < until; i++) {
                    remember(output.readLine(), acknowledged);
                }
                // Process.destroyForcibly would close the output, too, and with it the last acknowledgements.
                writer.toHandle().destroyForcibly();
                writer.waitFor();
                for (String line; (line = output.readLine()) != null && line.endsWith("."); ) {
                    remember(line, acknowledged);
                }
            }
            verify(acknowledged);
        }
    }

    @Test
    void ofKeysWrittenTogetherAKilledWriterLeavesAllOrNone() throws Exception {
        Random random = new Random(20_261_124);
        Map<String, Long> acknowledged = new HashMap<>();
        for (int round = 0; round < 2 * KILLS; round++) {
            Process writer = start("commit");
            try (BufferedReader output = reader(writer)) {
                int until = 10 + random.nextInt(40);
                for (int i = 0; i < until; i++) {
                    remember(output.readLine(), acknowledged);
                }
                Thread.sleep(random.nextInt(10));
                writer.toHandle().destroyForcibly();
                writer.waitFor();
                for (String line; (line = output.readLine()) != null && line.endsWith("."); ) {
                    remember(line, acknowledged);
                }
            }
            verifyGroups(acknowledged);
        }
    }

    /** Of each group all keys have the last value, or all those that were removed in turn are gone. */
    private void verifyGroups(Map<String, Long> acknowledged) throws IOException {
        try (DirectoryStore store = DirectoryStore.open(root)) {
            for (int size : CrashingWriter.GROUPS) {
                List<Versioned> group = store.list("group" + size);
                assertThat(group.size()).isIn(size, size / 2);
                assertThat(group.stream().map(Versioned::revision).distinct()).hasSize(1);
                assertThat(group.get(0).revision()).isGreaterThanOrEqualTo(acknowledged.get("group" + size));
                assertThat(group)
                        .allSatisfy(entry -> assertThat(new String(entry.value(), UTF_8))
                                .isEqualTo(CrashingWriter.value(number(entry))));
            }
        }
        try (Stream<Path> files = Files.list(root.resolve(BatchFiles.FOLDER))) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void processesThatRaceLoseNoIncrement() throws Exception {
        try (DirectoryStore store = DirectoryStore.open(root)) {
            store.compareAndSet("counter", StateStore.ABSENT, "0".getBytes(UTF_8));
            for (int i = 0; i < PROCESSES; i++) {
                start("increment");
            }
            List<Long> revisions = new ArrayList<>();
            for (Process process : started) {
                try (BufferedReader output = reader(process)) {
                    output.lines().map(Long::valueOf).forEach(revisions::add);
                }
                assertThat(process.waitFor()).isZero();
            }
            assertThat(revisions).hasSize(PROCESSES * INCREMENTS).doesNotHaveDuplicates();
            assertThat(new String(store.get("counter").orElseThrow().value(), UTF_8))
                    .isEqualTo(Integer.toString(PROCESSES * INCREMENTS));
        }
    }

    /** Every key is whole and no older than acknowledged, nothing half-written is left, and revisions go on. */
    private void verify(Map<String, Long> acknowledged) throws IOException {
        try (DirectoryStore store = DirectoryStore.open(root)) {
            List<Versioned> entries = store.list("keys");
            for (Versioned entry : entries) {
                assertThat(new String(entry.value(), UTF_8)).isEqualTo(CrashingWriter.value(number(entry)));
                assertThat(entry.revision()).isGreaterThanOrEqualTo(acknowledged.getOrDefault(entry.key(), 0L));
            }
            assertThat(entries.stream().map(Versioned::key)).containsAll(acknowledged.keySet());
            long highest = acknowledged.values().stream()
                    .mapToLong(Long::longValue)
                    .max()
                    .orElseThrow();
            String key = "probe/" + highest;
            assertThat(store.compareAndSet(key, StateStore.ABSENT, new byte[0]).orElseThrow())
                    .isGreaterThan(highest);
        }
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith(".tmp")))
                    .isEmpty();
        }
    }

    private static long number(Versioned entry) {
        String value = new String(entry.value(), UTF_8);
        return Long.parseLong(value.substring(0, value.indexOf(' ')));
    }

    /** {@code KEY REVISION .}: the full stop tells a whole line from one cut off by the kill. */
    private static void remember(String line, Map<String, Long> acknowledged) {
        String[] words = line.split(" ", -1);
        acknowledged.put(words[0], Long.valueOf(words[1]));
    }

    private Process start(String what) throws IOException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashingWriter.class.getName(),
                        root.toString(),
                        what,
                        Integer.toString(INCREMENTS))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        started.add(process);
        return process;
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    }
}
