package io.osier.agent.store;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an agent last knew of the store, in a file of its own: replaced whole or not at all, and of no use if a bit of it is
 * wrong. Its time of modification says when that was the store's state.
 *
 * <p>Numbers are big-endian, texts as {@link DataOutputStream#writeUTF} has them:
 *
 * <pre>
 * long MAGIC | text scope | int entries | { text key | long revision | int bytes | value } ... | long CRC-32C of all before
 * </pre>
 */
final class LastKnownFile {
    private static final Logger LOG = LoggerFactory.getLogger(LastKnownFile.class);
    private static final long MAGIC = 0x4f53_4945_524c_4b31L; // OSIERLK1
    private static final int MAX_ENTRIES = 1 << 20;
    private static final int MAX_VALUE_BYTES = 4 << 20;
    private static final long MAX_FILE_BYTES = 512L << 20;
    /** It holds what agents know each other by. */
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path file;
    private final String scope;

    /** @param scope what the state is of; a file with another one is of no use */
    LastKnownFile(Path file, String scope) {
        this.file = file;
        this.scope = scope;
    }

    /** What was last written; nothing, and a line in the log, if that is not whole. */
    Optional<List<Versioned>> read() {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new IOException("larger than " + MAX_FILE_BYTES + " bytes");
            }
            return Optional.of(parse(in, scope));
        } catch (IOException e) {
            LOG.warn("the last known state in {} is not used: {}", file, e.toString());
            return Optional.empty();
        }
    }

    /** @throws IOException if anything at all is wrong */
    static List<Versioned> parse(InputStream bytes, String scope) throws IOException {
        CheckedInputStream checked = new CheckedInputStream(bytes, new CRC32C());
        DataInputStream in = new DataInputStream(checked);
        require(in.readLong() == MAGIC, "not a last known state");
        require(in.readUTF().equals(scope), "of another store");
        int count = in.readInt();
        require(count >= 0 && count <= MAX_ENTRIES, "too many entries");
        List<Versioned> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String key = in.readUTF();
            require(Keys.isKey(key), "not a key");
            long revision = in.readLong();
            int length = in.readInt();
            require(length >= 0 && length <= MAX_VALUE_BYTES, "too long a value");
            byte[] value = in.readNBytes(length); // takes no more memory than there are bytes
            require(value.length == length, "cut off");
            entries.add(new Versioned(key, revision, value));
        }
        long sum = checked.getChecksum().getValue();
        require(in.readLong() == sum, "wrong checksum");
        require(in.read() < 0, "something behind the end");
        return entries;
    }

    private static void require(boolean holds, String otherwise) throws IOException {
        if (!holds) {
            throw new IOException(otherwise);
        }
    }

    /**
     * Writes what is known now. A machine that fails meanwhile has what was known before.
     *
     * @throws IOException if it cannot be written, or is more than can be read
     */
    void write(Collection<Versioned> entries, Instant knownAt) throws IOException {
        require(entries.size() <= MAX_ENTRIES, "more than " + MAX_ENTRIES + " keys");
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        Files.deleteIfExists(draft);
        Files.createFile(draft, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            CheckedOutputStream checked =
                    new CheckedOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)), new CRC32C());
            DataOutputStream out = new DataOutputStream(checked);
            out.writeLong(MAGIC);
            out.writeUTF(scope);
            out.writeInt(entries.size());
            for (Versioned entry : entries) {
                require(entry.value().length <= MAX_VALUE_BYTES, entry.key() + " is too long");
                out.writeUTF(entry.key());
                out.writeLong(entry.revision());
                out.writeInt(entry.value().length);
                out.write(entry.value());
            }
            out.writeLong(checked.getChecksum().getValue());
            out.flush();
            require(channel.size() <= MAX_FILE_BYTES, "more than " + MAX_FILE_BYTES + " bytes");
            channel.force(true);
        }
        setKnownAt(draft, knownAt);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** What the file says was still the store's state at this time. */
    void confirm(Instant knownAt) throws IOException {
        if (Files.exists(file)) {
            setKnownAt(file, knownAt);
        }
    }

    /** When what the file says was last known to be the store's state. */
    Instant knownAt() throws IOException {
        return Files.getLastModifiedTime(file).toInstant();
    }

    private static void setKnownAt(Path file, Instant knownAt) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(knownAt));
    }
}
