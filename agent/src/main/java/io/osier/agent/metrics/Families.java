package io.osier.agent.metrics;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;

/** What one scrape gathers. */
final class Families {
    private static final String TOTAL = "_total";

    private final List<Family> families = new ArrayList<>();

    Family gauge(String name, String help) {
        return keep(new Family.OfGauges(name, help));
    }

    /** @param name as it is printed, with its {@code _total} */
    Family counter(String name, String help) {
        return keep(new Family.OfCounters(name.substring(0, name.length() - TOTAL.length()), help));
    }

    private Family keep(Family family) {
        families.add(family);
        return family;
    }

    MetricSnapshots all() {
        return new MetricSnapshots(families.stream().map(Family::snapshot).toList());
    }
}
