package io.osier.agent.store.directory;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.osier.agent.store.StateStore;
import io.osier.agent.store.Versioned;
import io.osier.agent.store.Write;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The process that {@link DirectoryStoreCrashTest} starts: it writes, and says on its output what it was told is written. */
final class CrashingWriter {
    private static final int KEYS = 5;
    /** How many keys the groups have that are written together: few, and enough for the store to flush them at once. */
    static final List<Integer> GROUPS = List.of(4, 40);

    private CrashingWriter() {}

    public static void main(String[] arguments) {
        PrintStream output = new PrintStream(System.out, true, UTF_8);
        try (DirectoryStore store = DirectoryStore.open(Path.of(arguments[0]))) {
            if (arguments[1].equals("write")) {
                writeForEver(store, output);
            } else if (arguments[1].equals("commit")) {
                commitForEver(store, output);
            } else {
                increment(store, Integer.parseInt(arguments[2]), output);
            }
        }
    }

    /** A value that shows if any of it is missing: a number, and as many letters as follow from it. */
    static String value(long number) {
        return number + " " + "abcdefghij".repeat((int) (number % 977) + 1) + " " + number;
    }

    private static void writeForEver(DirectoryStore store, PrintStream output) {
        for (long number = 0; ; number++) {
            String key = "keys/" + number % KEYS;
            long seen = store.get(key).map(Versioned::revision).orElse(StateStore.ABSENT);
            long revision = store.compareAndSet(key, seen, value(number).getBytes(UTF_8))
                    .orElseThrow();
            output.print(key + " " + revision + " .\n");
            output.flush();
        }
    }

    /** Groups of keys that all have one value; of one group, half come and go by turns. */
    private static void commitForEver(DirectoryStore store, PrintStream output) {
        for (long number = 0; ; number++) {
            int size = GROUPS.get((int) (number % GROUPS.size()));
            List<Write> writes = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                String key = "group" + size + "/" + i % 3 + "/" + i;
                long seen = store.get(key).map(Versioned::revision).orElse(StateStore.ABSENT);
                boolean removed = i % 2 == 1 && seen != StateStore.ABSENT;
                writes.add(
                        removed
                                ? Write.delete(key, seen)
                                : Write.put(key, seen, value(number).getBytes(UTF_8)));
            }
            long revision = store.commit(writes).orElseThrow();
            output.print("group" + size + " " + revision + " .\n");
            output.flush();
        }
    }

    private static void increment(DirectoryStore store, int times, PrintStream output) {
        for (int done = 0; done < times; ) {
            Versioned seen = store.get("counter").orElseThrow();
            int next = Integer.parseInt(new String(seen.value(), UTF_8)) + 1;
            OptionalLong revision = store.compareAndSet(
                    "counter", seen.revision(), Integer.toString(next).getBytes(UTF_8));
            if (revision.isPresent()) {
                output.println(revision.getAsLong());
                done++;
            }
        }
    }
}
