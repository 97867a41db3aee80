package io.osier.bench.scale;

/**
 * One thing that came out.
 *
 * @param group what it is about
 * @param exact whether it follows from the seed alone; times and bytes of heap do not
 */
record Figure(String group, String name, double value, String unit, boolean exact) {
    static Figure counted(String group, String name, double value, String unit) {
        return new Figure(group, name, value, unit, true);
    }

    static Figure measured(String group, String name, double value, String unit) {
        return new Figure(group, name, value, unit, false);
    }
}
