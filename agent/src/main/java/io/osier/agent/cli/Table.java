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
            row.add(orNone(String.valueOf(cell)));
        }
        rows.add(row);
    }

    /** Puts a column before the others; one cell for each row that has been added. */
    void prepend(String heading, List<String> cells) {
        insert(0, heading, cells);
    }

    /** Puts a column behind the others; one cell for each row that has been added. */
    void append(String heading, List<String> cells) {
        insert(rows.get(0).size(), heading, cells);
    }

    private void insert(int place, String heading, List<String> cells) {
        for (int i = 0; i < rows.size(); i++) {
            List<String> row = new ArrayList<>(rows.get(i));
            row.add(place, i == 0 ? heading : orNone(cells.get(i - 1)));
            rows.set(i, row);
        }
    }

    private static String orNone(String cell) {
        return cell.isEmpty() ? "<none>" : cell;
    }

    @Override
    public String toString() {
        return text(true);
    }

    /** The table with or without its first line. */
    String text(boolean headings) {
        return text(headings, new ColumnWidths());
    }

    /** The same for one piece of a longer table. */
    String text(boolean headings, ColumnWidths pieces) {
        List<List<String>> shown = rows.subList(headings ? 0 : 1, rows.size());
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : shown) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        widths = pieces.grown(widths);
        StringBuilder text = new StringBuilder();
        for (List<String> row : shown) {
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
