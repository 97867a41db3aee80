package io.osier.agent.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What commands print, as bytes or as text, which is UTF-8 in every locale. A write that fails ends the command: it throws {@link
 * LostOutputException}, which no {@link PrintWriter} keeps to itself, and so does every flush after it.
 */
final class StandardOutput extends OutputStream {
    private static final Path DESCRIPTOR = Path.of("/proc/self/fd/1");

    private final OutputStream target;
    private final BooleanSupplier toReader;
    private final PrintWriter text = new PrintWriter(new OutputStreamWriter(this, StandardCharsets.UTF_8), true);
    private @Nullable IOException failure;

    /** @param toReader whether another process reads, which may stop when it has seen enough */
    StandardOutput(OutputStream target, BooleanSupplier toReader) {
        this.target = target;
        this.toReader = toReader;
    }

    /** The present process's own. */
    static StandardOutput ofProcess() {
        return new StandardOutput(new FileOutputStream(FileDescriptor.out), StandardOutput::isPipe);
    }

    private static boolean isPipe() {
        try {
            String link = Files.readSymbolicLink(DESCRIPTOR).toString();
            return link.startsWith("pipe:") || link.startsWith("socket:");
        } catch (IOException e) {
            return false;
        }
    }

    PrintWriter text() {
        return text;
    }

    @Override
    public void write(int oneByte) {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        check();
        try {
            target.write(bytes, offset, length);
        } catch (IOException e) {
            failure = e;
            throw new LostOutputException(e, toReader.getAsBoolean());
        }
    }

    /** Everything goes its way at once; says again if something did not. */
    @Override
    public void flush() {
        check();
    }

    private void check() {
        if (failure != null) {
            throw new LostOutputException(failure, toReader.getAsBoolean());
        }
    }

    /** The process keeps it open to its end. */
    @Override
    public void close() {
        flush();
    }
}
