package io.osier.dataplane.service;

import java.util.Arrays;

/**
 * A long array in pages, so that a copy in which little differs shares the rest: a page is copied when it is first written to.
 * Immutable once it is published; a copy belongs to one thread until then.
 */
final class LongPages {
    private static final int PAGE_BITS = 9;
    private static final int PAGE_MASK = (1 << PAGE_BITS) - 1;

    private final long[][] pages;
    private final boolean[] own;

    LongPages(int length) {
        pages = new long[(length + PAGE_MASK) >>> PAGE_BITS][Math.min(length, 1 << PAGE_BITS)];
        own = new boolean[pages.length];
        Arrays.fill(own, true);
    }

    private LongPages(LongPages other) {
        pages = other.pages.clone();
        own = new boolean[pages.length];
    }

    /** One that begins as this is now; this one must not be written to any more. */
    LongPages copy() {
        return new LongPages(this);
    }

    long get(int index) {
        return pages[index >>> PAGE_BITS][index & PAGE_MASK];
    }

    void set(int index, long value) {
        int page = index >>> PAGE_BITS;
        if (!own[page]) {
            pages[page] = pages[page].clone();
            own[page] = true;
        }
        pages[page][index & PAGE_MASK] = value;
    }
}
