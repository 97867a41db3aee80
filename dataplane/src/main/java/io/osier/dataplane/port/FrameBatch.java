package io.osier.dataplane.port;

import io.osier.dataplane.packet.Frame;

/**
 * A fixed set of frames that a port fills in one go. Owned by one worker and used again for every batch.
 *
 * <p>It is also a port's turn: neither many small frames nor some large ones may keep the others waiting, see {@link #hasRoom}.
 */
public final class FrameBatch {
    /** Bytes after which a turn ends: what it reads should still be in the processor's cache when it is sent. */
    public static final int TURN_BYTES = 96 << 10;

    private final Frame[] frames;
    private int size;

    public FrameBatch(int capacity) {
        frames = new Frame[capacity];
        for (int i = 0; i < capacity; i++) {
            frames[i] = new Frame();
        }
    }

    public int capacity() {
        return frames.length;
    }

    /**
     * Whether a port that has filled so much of it may fill more: a frame, or what it asks for in one system call.
     *
     * @param bytes the lengths of its frames so far
     */
    public boolean hasRoom(int frames, int bytes) {
        return frames < this.frames.length && bytes < TURN_BYTES;
    }

    /** How many frames the last receive filled. */
    public int size() {
        return size;
    }

    public void setSize(int size) {
        if (size < 0 || size > frames.length) {
            throw new IndexOutOfBoundsException(size);
        }
        this.size = size;
    }

    public Frame frame(int index) {
        return frames[index];
    }
}
