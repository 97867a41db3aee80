package io.osier.dataplane.forwarding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PodRoutesTest {
    private static final Peer PEER = new Peer("node-b", IpAddress.parse("172.30.0.2"), false);

    @Provide
    Arbitrary<List<Route>> routes() {
        // Few bits differ, so that prefixes nest.
        Arbitrary<Integer> addresses = Arbitraries.integers().between(0, 0xffff).map(bits -> 0x0a20_0000 | bits);
        return Combinators.combine(addresses, Arbitraries.integers().between(0, 32), Arbitraries.of(true, false))
                .as((bits, length, local) ->
                        new Route(IpPrefix.containing(IpAddress.v4(bits), length), local ? null : PEER))
                .list()
                .ofMaxSize(60);
    }

    @Property
    void theLongestMatchIsTheOneThatALinearSearchFinds(
            @ForAll("routes") List<Route> routes, @ForAll List<Integer> probes) {
        PodRoutes table = PodRoutes.of(routes);

        List<Integer> all = new ArrayList<>(probes);
        routes.forEach(route -> {
            int network = route.destination().address().v4Bits();
            all.addAll(List.of(
                    network,
                    network - 1,
                    network + 1,
                    network | ~route.destination().v4Mask()));
        });
        for (int probe : all) {
            assertThat(table.lookup(probe)).isEqualTo(naive(routes, probe));
        }
    }

    private static @Nullable Route naive(List<Route> routes, int address) {
        Route best = null;
        for (Route route : routes) {
            boolean matches = route.destination().contains(IpAddress.v4(address));
            if (matches
                    && (best == null
                            || route.destination().lengthBits()
                                    >= best.destination().lengthBits())) {
                best = route;
            }
        }
        return best;
    }

    @Test
    void listsRoutesByAddressAndTheWiderFirst() {
        Route wide = new Route(IpPrefix.parse("10.32.0.0/12"), null);
        Route first = new Route(IpPrefix.parse("10.32.0.0/24"), PEER);
        Route second = new Route(IpPrefix.parse("10.32.1.0/24"), PEER);

        assertThat(PodRoutes.of(List.of(second, first, wide)).routes()).containsExactly(wide, first, second);
    }

    @Test
    void theLaterOfTwoRoutesToOneRangeCounts() {
        Route here = new Route(IpPrefix.parse("10.32.0.0/24"), null);
        Route there = new Route(IpPrefix.parse("10.32.0.0/24"), PEER);

        assertThat(PodRoutes.of(List.of(here, there)).routes()).containsExactly(there);
    }

    @Test
    void knowsIpv4Only() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PodRoutes.of(List.of(new Route(IpPrefix.parse("fd00::/64"), null))))
                .withMessageContaining("fd00::/64");
    }

    @Test
    void anEmptyTableLeadsNowhere() {
        assertThat(PodRoutes.EMPTY.lookup(0)).isNull();
        assertThat(PodRoutes.EMPTY.routes()).isEmpty();
    }
}
