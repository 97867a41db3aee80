package io.osier.agent.cli;

import java.util.Arrays;

/** How wide the columns of a table that is printed piece by piece have become: they never shrink, so that its lines stay in line. */
final class ColumnWidths {
    private int[] widths = {};

    /** These widths, or those of before where they were larger. */
    int[] grown(int[] needed) {
        int[] all = Arrays.copyOf(needed, needed.length);
        for (int i = 0; i < Math.min(widths.length, all.length); i++) {
            all[i] = Math.max(all[i], widths[i]);
        }
        widths = all;
        return all;
    }
}
