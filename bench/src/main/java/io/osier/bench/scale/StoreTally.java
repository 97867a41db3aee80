package io.osier.bench.scale;

import io.osier.agent.store.Versioned;
import io.osier.agent.store.Write;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a store was asked. Bytes are those of keys and values, without what a protocol adds. */
final class StoreTally {
    private final Map<String, Long> writesByFolder = new TreeMap<>();
    private long reads;
    private long readBytes;
    private long writtenBytes;

    void read(List<Versioned> entries) {
        reads++;
        entries.forEach(entry -> readBytes += bytesOf(entry));
    }

    void written(Write write) {
        writesByFolder.merge(folderOf(write.key()), 1L, Long::sum);
        writtenBytes += write.key().length() + write.sizeBytes();
    }

    /** The first part of a key. */
    static String folderOf(String key) {
        int slash = key.indexOf('/');
        return slash < 0 ? key : key.substring(0, slash);
    }

    static long bytesOf(Versioned entry) {
        return (long) entry.key().length() + entry.value().length;
    }

    long reads() {
        return reads;
    }

    long readBytes() {
        return readBytes;
    }

    long writes() {
        return writesByFolder.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Writes of keys below this folder. */
    long writesOf(String folder) {
        return writesByFolder.getOrDefault(folder, 0L);
    }

    long writtenBytes() {
        return writtenBytes;
    }

    StoreTally copy() {
        StoreTally copy = new StoreTally();
        copy.writesByFolder.putAll(writesByFolder);
        copy.reads = reads;
        copy.readBytes = readBytes;
        copy.writtenBytes = writtenBytes;
        return copy;
    }

    /** What was asked since an earlier copy was taken. */
    StoreTally since(StoreTally earlier) {
        StoreTally difference = copy();
        difference.reads -= earlier.reads;
        difference.readBytes -= earlier.readBytes;
        difference.writtenBytes -= earlier.writtenBytes;
        earlier.writesByFolder.forEach((folder, writes) -> difference.writesByFolder.merge(folder, -writes, Long::sum));
        return difference;
    }
}
