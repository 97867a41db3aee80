package io.osier.dataplane.io;

import java.util.function.Consumer;

/** Notices when a worker begins to move super-frames in numbers, and when that is over. Owned by the worker's thread. */
final class BulkTraffic {
    /** A mean of a batch's frames that makes it one of super-frames. */
    static final int SUPER_FRAME_BYTES = 8_192;
    /** So many such batches between two looks are bulk: some 4 MB. */
    static final int BULK_BATCHES = 64;

    private final Consumer<Boolean> listener;
    private int batches;
    private boolean bulk;

    /** @param listener told of each change */
    BulkTraffic(Consumer<Boolean> listener) {
        this.listener = listener;
    }

    /** There was a batch. */
    void carried(int bytes, int frames) {
        if (frames > 0 && bytes / frames >= SUPER_FRAME_BYTES) {
            batches++;
            if (!bulk && batches >= BULK_BATCHES) {
                change(true);
            }
        }
    }

    /** To be called about once a second. */
    void look() {
        if (bulk && batches < BULK_BATCHES) {
            change(false);
        }
        batches = 0;
    }

    private void change(boolean now) {
        bulk = now;
        listener.accept(now);
    }
}
