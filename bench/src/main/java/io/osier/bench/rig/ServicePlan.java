package io.osier.bench.rig;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Services to be had: {@code count} with two endpoints each, and one with one endpoint, which changes. All are of TCP.
 *
 * @param count 1 to 60,000
 */
public record ServicePlan(int count) {
    /** Every service's port. */
    public static final int PORT = 80;
    /** The service whose endpoint changes. */
    public static final ServiceEntry SWITCHED = new ServiceEntry("switched", "10.111.0.1", PORT);

    private static final int TRIED = 16;

    /** One service. */
    public record ServiceEntry(String name, String address, int port) {}

    public List<ServiceEntry> entries() {
        return IntStream.range(0, count).mapToObj(ServicePlan::entry).toList();
    }

    /**
     * The services that connections are made to: up to 16, spread evenly over the list, since in a list of rules it matters
     * where one stands.
     */
    public List<ServiceEntry> tried() {
        int tried = Math.min(TRIED, count);
        return IntStream.range(0, tried)
                .mapToObj(i -> entry((int) ((2L * i + 1) * count / (2L * tried))))
                .toList();
    }

    private static ServiceEntry entry(int i) {
        return new ServiceEntry("bench-%05d".formatted(i), "10.100.%d.%d".formatted(i / 250, i % 250 + 1), PORT);
    }
}
