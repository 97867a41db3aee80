package io.osier.dataplane.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * For how long this machine's processors have had nothing to do, added up: the second number of {@code /proc/uptime} (proc(5)),
 * seconds with two decimals. All processors count, whichever of them the process may use. Where that cannot be read no processor
 * is ever idle.
 *
 * <p>The file is opened when it is first asked; reading it then allocates nothing. Owned by one thread.
 */
final class IdleTime implements AutoCloseable {
    private static final long UNIT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int LINE_BYTES = 64;

    private final Path uptime;
    private final ByteBuffer line = ByteBuffer.allocateDirect(LINE_BYTES);
    private @Nullable FileChannel channel;

    IdleTime(Path uptime) {
        this.uptime = uptime;
    }

    static IdleTime ofThisMachine() {
        return new IdleTime(Path.of("/proc/uptime"));
    }

    /** Of all processors, since the machine has started. */
    long nanos() {
        try {
            FileChannel open = channel;
            if (open == null) {
                open = FileChannel.open(uptime);
                channel = open;
            }
            line.clear();
            open.read(line, 0);
            return secondNumber() * UNIT_NANOS;
        } catch (IOException e) {
            return 0;
        }
    }

    /** In hundredths, as its decimals are read on. */
    private long secondNumber() {
        boolean first = true;
        long number = 0;
        for (int i = 0; i < line.position(); i++) {
            byte c = line.get(i);
            if (c == ' ') {
                first = false;
            } else if (!first && c >= '0' && c <= '9') {
                number = number * 10 + c - '0';
            }
        }
        return number;
    }

    @Override
    public void close() {
        FileChannel open = channel;
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (IOException e) {
            // Whatever close says, Linux has let the descriptor go.
        }
    }
}
