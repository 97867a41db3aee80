package io.osier.dataplane.port;

import io.osier.dataplane.packet.Frame;

/** A fixed set of frames that a port fills in one go. Owned by one worker and used again for every batch. */
public final class FrameBatch {
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
