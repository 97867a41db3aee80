package io.osier.agent.store;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The keys that all agents share, and what becomes of them. Safe for any thread. */
public interface StateStore extends Keyspace, Watchable, AutoCloseable {
    /** How many bytes of values one {@link #commit} of several writes may have; etcd takes 1.5 MiB in a request. */
    int MAX_COMMIT_BYTES = 1 << 20;

    /**
     * Makes all of these writes if every one of them finds the revision that it expects, and none otherwise; also if this
     * process or the machine fails meanwhile. Whoever reads without watching may see some of them a moment before the others.
     *
     * @param writes at most {@link #maxWrites()} of different keys, and, if there are several, of {@link #MAX_COMMIT_BYTES}
     * @return the new revision, common to all, or nothing if somebody else was first with any of them
     */
    OptionalLong commit(List<Write> writes);

    /** How many writes one {@link #commit} takes. */
    int maxWrites();

    /** Since when the store does not answer, for one that can go away; then reads tell what was last known. */
    default Optional<StoreAbsence> absence() {
        return Optional.empty();
    }

    @Override
    void close();

    /**
     * What every store asks of writes that are made together.
     *
     * @throws IllegalArgumentException if they are none, too many, too large, or two of one key
     */
    static void check(List<Write> writes, int maxWrites) {
        if (writes.isEmpty() || writes.size() > maxWrites) {
            throw new IllegalArgumentException(writes.size() + " writes at once: the store takes 1 to " + maxWrites);
        }
        Set<String> keys = new HashSet<>();
        long bytes = 0;
        for (Write write : writes) {
            bytes += write.sizeBytes();
            if (!keys.add(write.key())) {
                throw new IllegalArgumentException("two writes at once of " + write.key());
            }
        }
        if (writes.size() > 1 && bytes > MAX_COMMIT_BYTES) {
            throw new IllegalArgumentException(bytes + " bytes at once: the store takes " + MAX_COMMIT_BYTES);
        }
    }
}
