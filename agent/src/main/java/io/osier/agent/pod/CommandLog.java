package io.osier.agent.pod;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a pod's command printed. The command appends to the file itself, so a file that has grown too long can be cut while it
 * is written to: its end is kept. Lines that are printed in the moment of the cut may be lost.
 */
final class CommandLog {
    private final Path file;
    private final long maxBytes;
    private final int keptBytes;

    /** @param keptBytes how much of the end is left when the file is longer than {@code maxBytes} */
    CommandLog(Path file, long maxBytes, int keptBytes) {
        this.file = file;
        this.maxBytes = maxBytes;
        this.keptBytes = keptBytes;
    }

    void bound() throws IOException {
        if (!Files.exists(file) || Files.size(file) <= maxBytes) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer end = ByteBuffer.allocate(keptBytes);
            long position = channel.size() - keptBytes;
            while (end.hasRemaining() && channel.read(end, position + end.position()) >= 0) {
                // until the end is read
            }
            end.flip();
            skipPartOfALine(end);
            channel.truncate(0);
            channel.write(end);
        }
    }

    private static void skipPartOfALine(ByteBuffer text) {
        for (int i = text.position(); i < text.limit(); i++) {
            if (text.get(i) == '\n') {
                text.position(i + 1);
                return;
            }
        }
    }
}
