package io.osier.agent.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns as kubectl aligns them: as wide as the widest cell, three spaces between, nothing behind the last. */
final class Table {
    private static final int GAP = 3;

    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        rows.add(List.of(headings));
    }

    void add(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            String text = String.valueOf(cell);
            row.add(text.isEmpty() ? "<none>" : text);
        }
        rows.add(row);
    }

    /** Puts a column before the others; one cell for each row that has been added. */
    void prepend(String heading, List<String> cells) {
        List<String> column = new ArrayList<>(List.of(heading));
        column.addAll(cells);
        for (int i = 0; i < rows.size(); i++) {
            List<String> row = new ArrayList<>(List.of(column.get(i)));
            row.addAll(rows.get(i));
            rows.set(i, row);
        }
    }

    @Override
    public String toString() {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                text.append(row.get(i));
                if (i < columns - 1) {
                    text.append(" ".repeat(widths[i] - row.get(i).length() + GAP));
                }
            }
            text.append('\n');
        }
        return text.toString();
    }
}
