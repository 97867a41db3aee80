package io.osier.agent.reconcile;

import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiPredicate;

/** What makes two tables of routes differ. */
final class RouteDifference {
    private static final Comparator<IpPrefix> IN_ORDER =
            Comparator.comparing(IpPrefix::address).thenComparing(IpPrefix::lengthBits);

    private RouteDifference() {}

    /**
     * Destinations that one of the tables does not have, or has in another way.
     *
     * @param same whether two routes to one destination are the same
     */
    static List<IpPrefix> of(PodRoutes one, PodRoutes other, BiPredicate<Route, Route> same) {
        List<IpPrefix> differing = new ArrayList<>();
        List<Route> these = one.routes();
        List<Route> those = other.routes();
        int i = 0;
        int j = 0;
        while (i < these.size() || j < those.size()) {
            int order = i == these.size()
                    ? 1
                    : j == those.size()
                            ? -1
                            : IN_ORDER.compare(
                                    these.get(i).destination(), those.get(j).destination());
            if (order != 0 || !same.test(these.get(i), those.get(j))) {
                differing.add((order <= 0 ? these.get(i) : those.get(j)).destination());
            }
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        return differing;
    }
}
