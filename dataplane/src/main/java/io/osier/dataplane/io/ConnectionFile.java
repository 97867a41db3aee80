package io.osier.dataplane.io;

import io.osier.dataplane.conntrack.ConnectionTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The file that a worker's flows are kept in, mapped into memory: what a process has written is there for the next one
 * however it ended, {@code kill -9} included. Its room on the disk is taken at once: memory that has none would fail a packet.
 *
 * <pre>
 *    0  "osierct\0"     8  layout's version (4)    12  capacity (4)    16  length of the owner's name (4)
 *   20  the owner's name, UTF-8, padded with zeros
 * 4096  the table's memory
 * </pre>
 *
 * <p>Times in it are the monotonic clock's, which begins anew when the machine starts; so the owner's name has to tell one run
 * of the machine from another. One process at a time may use it, which is for the caller to see to.
 *
 * @param path the file; made if it is not there
 * @param owner whose flows these are; those of another are forgotten
 */
public record ConnectionFile(Path path, String owner) {
    private static final int HEADER_BYTES = 4_096;
    private static final int CLEARED_BYTES = 1 << 20;
    private static final byte[] MAGIC = "osierct\0".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 8;
    private static final int CAPACITY = 12;
    private static final int OWNER_LENGTH = 16;
    private static final int OWNER = 20;

    public ConnectionFile {
        if (owner.getBytes(StandardCharsets.UTF_8).length > HEADER_BYTES - OWNER) {
            throw new IllegalArgumentException("the owner's name is too long");
        }
    }

    /** A table over the file, with the flows in it that are to be believed. */
    ConnectionTable open(int capacity, long salt, long nowNanos, long generation) throws IOException {
        byte[] header = header(capacity);
        long sizeBytes = HEADER_BYTES + (long) ConnectionTable.memoryBytes(capacity);
        try (FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            boolean known = file.size() == sizeBytes && Arrays.equals(header, read(file));
            if (!known) {
                clear(file, header, sizeBytes);
            }
            ByteBuffer memory = file.map(MapMode.READ_WRITE, HEADER_BYTES, sizeBytes - HEADER_BYTES);
            ConnectionTable table = new ConnectionTable(capacity, salt, memory);
            if (known) {
                table.recover(nowNanos, generation);
            }
            return table;
        } catch (IOException e) {
            throw new IOException(path + ": flows cannot be kept there: " + e.getMessage(), e);
        }
    }

    /** The header comes last, so that what is half cleared is nobody's. */
    private static void clear(FileChannel file, byte[] header, long sizeBytes) throws IOException {
        file.truncate(0);
        ByteBuffer zeros = ByteBuffer.allocate(CLEARED_BYTES);
        for (long at = HEADER_BYTES; at < sizeBytes; at += zeros.position()) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), sizeBytes - at));
            writeAll(file, zeros, at);
        }
        writeAll(file, ByteBuffer.wrap(header), 0);
    }

    private static void writeAll(FileChannel file, ByteBuffer bytes, long at) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes, at + bytes.position());
        }
    }

    private byte[] header(int capacity) {
        byte[] name = owner.getBytes(StandardCharsets.UTF_8);
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.put(0, MAGIC);
        header.putInt(VERSION, ConnectionTable.LAYOUT_VERSION);
        header.putInt(CAPACITY, capacity);
        header.putInt(OWNER_LENGTH, name.length);
        header.put(OWNER, name);
        return header.array();
    }

    private static byte[] read(FileChannel file) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        int read = 0;
        while (header.hasRemaining() && read >= 0) {
            read = file.read(header, header.position());
        }
        return header.array();
    }
}
