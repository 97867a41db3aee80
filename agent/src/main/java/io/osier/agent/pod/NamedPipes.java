package io.osier.agent.pod;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The three standard streams of a unit as named pipes (fifo(7)), and a fourth that says how it has ended. Each of them is open
 * once somebody has opened its other end, so they are opened on threads of their own. Safe for any thread.
 */
final class NamedPipes implements AutoCloseable {
    private static final int LETS_GO = 100;
    private static final long LET_GO_MILLIS = 5;

    private final Path stdin;
    private final Path stdout;
    private final Path stderr;
    private final Path end;
    private final CompletableFuture<OutputStream> in;
    private final CompletableFuture<InputStream> out;
    private final CompletableFuture<InputStream> err;
    private final CompletableFuture<String> ended;

    private NamedPipes(Path folder) {
        stdin = folder.resolve("stdin");
        stdout = folder.resolve("stdout");
        stderr = folder.resolve("stderr");
        end = folder.resolve("end");
        List<String> words = new ArrayList<>(List.of("mkfifo", "-m", "600"));
        all().forEach(pipe -> words.add(pipe.toString()));
        CommandRunner.run(words.toArray(String[]::new));
        in = opened(() -> new FileOutputStream(stdin.toFile()));
        out = opened(() -> new FileInputStream(stdout.toFile()));
        err = opened(() -> new FileInputStream(stderr.toFile()));
        ended = opened(() -> {
            try (BufferedReader reader = Files.newBufferedReader(end)) {
                return String.valueOf(reader.readLine());
            }
        });
    }

    private List<Path> all() {
        return List.of(stdin, stdout, stderr, end);
    }

    /** Makes them, and waits for nobody. */
    static NamedPipes in(Path folder) {
        return new NamedPipes(folder);
    }

    private static <T> CompletableFuture<T> opened(Callable<T> opening) {
        CompletableFuture<T> stream = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        stream.complete(opening.call());
                    } catch (Exception e) { // a Callable's own
                        stream.completeExceptionally(e);
                    }
                },
                "osier-pipe");
        thread.setDaemon(true);
        thread.start();
        return stream;
    }

    /** What the unit has to be told. */
    List<String> properties() {
        return List.of("StandardInput=file:" + stdin, "StandardOutput=file:" + stdout, "StandardError=file:" + stderr);
    }

    /** The words that run these and tell how they have ended. */
    List<String> wrap(List<String> command) {
        List<String> words = new ArrayList<>(List.of("sh", "-c", "\"$@\"; echo $? >\"$0\"", end.toString()));
        words.addAll(command);
        return words;
    }

    /**
     * Waits for the other ends of the three streams.
     *
     * @throws IOException if nobody opens them in that time
     */
    NamedPipes await(long seconds) throws IOException {
        try {
            CompletableFuture.allOf(in, out, err).get(seconds, TimeUnit.SECONDS);
            return this;
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("its streams were not opened: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    OutputStream in() {
        return in.join();
    }

    InputStream out() {
        return out.join();
    }

    InputStream err() {
        return err.join();
    }

    /**
     * Waits for the end, but not for longer than that.
     *
     * @return nothing if it has not come
     */
    OptionalInt exitCode(long seconds) throws InterruptedException {
        try {
            return OptionalInt.of(Integer.parseInt(ended.get(seconds, TimeUnit.SECONDS)));
        } catch (TimeoutException e) {
            return OptionalInt.empty();
        } catch (ExecutionException | NumberFormatException e) {
            return OptionalInt.of(Launcher.UNKNOWN_EXIT_CODE);
        }
    }

    /** Also those that nobody has opened: a thread that waits for that, or is about to, is let go. */
    @Override
    public void close() {
        for (int i = 0; i < LETS_GO && !isOpened(); i++) {
            all().forEach(NamedPipes::letGo);
        }
        for (CompletableFuture<? extends AutoCloseable> stream : List.of(in, out, err)) {
            stream.thenAccept(NamedPipes::closeQuietly);
        }
    }

    private boolean isOpened() {
        return in.isDone() && out.isDone() && err.isDone() && ended.isDone();
    }

    @SuppressWarnings("EmptyCatch")
    private static void letGo(Path pipe) {
        try (RandomAccessFile both = new RandomAccessFile(pipe.toFile(), "rw")) {
            both.getFD().valid(); // held open for a moment
            Thread.sleep(LET_GO_MILLIS);
        } catch (IOException e) {
            // removed: nobody waits
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("EmptyCatch")
    private static void closeQuietly(AutoCloseable stream) {
        try {
            stream.close();
        } catch (Exception e) {
            // it is over either way
        }
    }
}
