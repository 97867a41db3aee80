package io.osier.dataplane.forwarding;

import io.osier.dataplane.packet.IpPrefix;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * IPv4 address to route by the longest matching prefix: one open-addressed table for each prefix length in use, longest
 * first, so that a look-up costs one probe a length however many nodes there are. Immutable, no allocation on look-up.
 */
public final class PodRoutes {
    public static final PodRoutes EMPTY = of(List.of());

    private final List<Route> routes;
    private final int[] masks;
    private final @Nullable Route[][] tables;

    private PodRoutes(List<Route> routes, Map<Integer, List<Route>> byLength) {
        this.routes = routes;
        int[] lengths = byLength.keySet().stream()
                .mapToInt(length -> -length)
                .sorted()
                .map(length -> -length)
                .toArray();
        masks = Arrays.stream(lengths).map(IpPrefix::v4Mask).toArray();
        tables = new Route[lengths.length][];
        for (int i = 0; i < lengths.length; i++) {
            tables[i] = table(byLength.getOrDefault(lengths[i], List.of()));
        }
    }

    /** The table of these routes; of two with one destination the later counts. */
    public static PodRoutes of(Collection<Route> routes) {
        Map<IpPrefix, Route> unique = new HashMap<>();
        for (Route route : routes) {
            if (!route.destination().address().isV4()) {
                throw new IllegalArgumentException(route.destination() + " is not an IPv4 range");
            }
            unique.put(route.destination(), route);
        }
        List<Route> sorted = unique.values().stream()
                .sorted((a, b) -> a.destination()
                                        .address()
                                        .compareTo(b.destination().address())
                                != 0
                        ? a.destination().address().compareTo(b.destination().address())
                        : Integer.compare(
                                a.destination().lengthBits(), b.destination().lengthBits()))
                .toList();
        return new PodRoutes(
                sorted,
                sorted.stream()
                        .collect(Collectors.groupingBy(
                                route -> route.destination().lengthBits())));
    }

    /** All routes by address. */
    public List<Route> routes() {
        return routes;
    }

    /** The longest match for the address, or null. */
    public @Nullable Route lookup(int v4Bits) {
        for (int i = 0; i < masks.length; i++) {
            int network = v4Bits & masks[i];
            @Nullable Route[] table = tables[i];
            int mask = table.length - 1;
            for (int slot = hash(network) & mask; ; slot = slot + 1 & mask) {
                Route route = table[slot];
                if (route == null) {
                    break;
                }
                if (route.destination().address().v4Bits() == network) {
                    return route;
                }
            }
        }
        return null;
    }

    private static @Nullable Route[] table(List<Route> routes) {
        @Nullable Route[] table = new Route[Integer.highestOneBit(routes.size()) * 4];
        int mask = table.length - 1;
        for (Route route : routes) {
            int slot = hash(route.destination().address().v4Bits()) & mask;
            while (table[slot] != null) {
                slot = slot + 1 & mask;
            }
            table[slot] = route;
        }
        return table;
    }

    private static int hash(int v4Bits) {
        int mixed = v4Bits * 0x9e37_79b1;
        return mixed ^ mixed >>> 15;
    }
}
