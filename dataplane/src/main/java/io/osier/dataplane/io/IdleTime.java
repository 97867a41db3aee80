package io.osier.dataplane.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * For how long this machine's processors have had nothing to do, added up: the idle and iowait fields in the first line of {@code
 * /proc/stat} (proc(5)), in ticks of a hundredth of a second. Where that cannot be read no processor is ever idle.
 *
 * <p>Reading allocates nothing. Owned by one thread.
 */
final class IdleTime implements AutoCloseable {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int LINE_BYTES = 256;
    private static final int IDLE = 4;
    private static final int IOWAIT = 5;

    private final @Nullable FileChannel stat;
    private final ByteBuffer line = ByteBuffer.allocateDirect(LINE_BYTES);

    private IdleTime(@Nullable FileChannel stat) {
        this.stat = stat;
    }

    static IdleTime ofThisMachine() {
        return of(Path.of("/proc/stat"));
    }

    static IdleTime of(Path stat) {
        try {
            return new IdleTime(FileChannel.open(stat));
        } catch (IOException e) {
            return new IdleTime(null);
        }
    }

    /** Of all processors, since some moment. */
    long nanos() {
        line.clear();
        try {
            if (stat == null || stat.read(line, 0) <= 0) {
                return 0;
            }
        } catch (IOException e) {
            return 0;
        }
        return (field(IDLE) + field(IOWAIT)) * TICK_NANOS;
    }

    /** A number of the line, which begins with {@code cpu} as its field 0. */
    private long field(int wanted) {
        int field = 0;
        long number = 0;
        for (int i = 1; i < line.position(); i++) {
            byte c = line.get(i);
            if (c == '\n') {
                break;
            } else if (c != ' ') {
                if (line.get(i - 1) == ' ') {
                    field++;
                    number = 0;
                }
                number = number * 10 + c - '0';
            } else if (field == wanted) {
                break;
            }
        }
        return field == wanted ? number : 0;
    }

    @Override
    public void close() {
        try {
            if (stat != null) {
                stat.close();
            }
        } catch (IOException e) {
            // Whatever close says, Linux has let the descriptor go.
        }
    }
}
