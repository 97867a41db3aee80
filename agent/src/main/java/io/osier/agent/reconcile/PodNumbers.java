package io.osier.agent.reconcile;

import io.osier.agent.model.Pod;
import io.osier.dataplane.service.PodInstances;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A number for each pod, which follows from its uid and is the same in every agent's life: connections that outlive an agent have
 * it. Owned by one thread.
 */
final class PodNumbers {
    private static final long VERSION_MASK = 0xffff_ffff_ffff_0fffL;
    private static final long VERSION = 0x3000;
    private static final long VARIANT_MASK = 0x3fff_ffff_ffff_ffffL;
    private static final long VARIANT = 0x8000_0000_0000_0000L;
    private static final int ROTATION = 17;

    private final MessageDigest digest;
    private PodInstances pods = PodInstances.NONE;

    PodNumbers() {
        try {
            digest = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    /** Takes in which pods have come and gone. */
    void take(List<Change<Pod>> changes) {
        List<Change<Pod>> others = changes.stream()
                .filter(each -> !Objects.equals(uidOf(each.before()), uidOf(each.after())))
                .toList();
        if (!others.isEmpty()) {
            pods = pods.with(
                    numbers(others.stream().flatMap(each -> Stream.ofNullable(uidOf(each.before())))),
                    numbers(others.stream().flatMap(each -> Stream.ofNullable(uidOf(each.after())))));
        }
    }

    /** Null for no pod; one without uid is called so, as {@link LocalDeletions} calls it. */
    private static @Nullable String uidOf(@Nullable Pod pod) {
        return pod == null ? null : String.valueOf(pod.metadata().uid());
    }

    private long[] numbers(Stream<String> uids) {
        return uids.mapToLong(this::of).toArray();
    }

    /** All pods that there are, so that flows to one that is none any more are known. */
    PodInstances pods() {
        return pods;
    }

    /** A uid as a number: the two halves of its UUID of version 3, mixed; 0 where there is none. */
    long of(@Nullable String uid) {
        if (uid == null) {
            return 0;
        }
        // Not by UUID.nameUUIDFromBytes: it makes a digest each time, and there may be a hundred thousand pods.
        ByteBuffer bytes = ByteBuffer.wrap(digest.digest(uid.getBytes(StandardCharsets.UTF_8)));
        long high = (bytes.getLong() & VERSION_MASK) | VERSION;
        long low = (bytes.getLong() & VARIANT_MASK) | VARIANT;
        return (high ^ Long.rotateLeft(low, ROTATION)) | 1;
    }
}
