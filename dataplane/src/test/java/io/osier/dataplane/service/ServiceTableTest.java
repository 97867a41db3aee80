package io.osier.dataplane.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ServiceTableTest {
    private static final List<IpAddress> ADDRESSES = IntStream.range(0, 8)
            .mapToObj(i -> i < 6 ? IpAddress.v4(0x0a60_000a + i) : IpAddress.parse("fd00:96::" + i))
            .toList();
    private static final int[] PROTOCOLS = {IpProtocol.TCP, IpProtocol.UDP, IpProtocol.SCTP};
    private static final Backend BACKEND = new Backend(IpAddress.parse("10.32.0.2"), 8080, 1);

    record Place(IpAddress address, int protocol, int port) {
        VirtualService service(Backend... backends) {
            return new VirtualService(address + "/" + port, protocol, address, port, List.of(backends));
        }
    }

    @Provide
    Arbitrary<List<Place>> places() {
        return Combinators.combine(
                        Arbitraries.of(ADDRESSES),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(1, 5))
                .as((address, protocol, port) -> new Place(address, PROTOCOLS[protocol], port))
                .list()
                .uniqueElements()
                .ofMaxSize(60);
    }

    @Property
    void behavesLikeAMap(@ForAll("places") List<Place> places) {
        Map<Place, VirtualService> model = new HashMap<>();
        places.forEach(place -> model.put(place, place.service()));
        ServiceTable table = ServiceTable.of(model.values());

        for (IpAddress address : ADDRESSES) {
            assertThat(table.hasAddress(address.high(), address.low()))
                    .isEqualTo(places.stream().anyMatch(place -> place.address().equals(address)));
            for (int protocol : PROTOCOLS) {
                for (int port = 1; port <= 6; port++) {
                    assertThat(table.lookup(protocol, address.high(), address.low(), port))
                            .isSameAs(model.get(new Place(address, protocol, port)));
                }
            }
        }
        assertThat(table.services()).containsExactlyInAnyOrderElementsOf(model.values());
    }

    @Property
    void knowsEveryBackendOfEveryService(@ForAll("places") List<Place> backends) {
        List<VirtualService> services = IntStream.range(0, backends.size())
                .mapToObj(i -> new VirtualService(
                        "default/service-" + i,
                        backends.get(i).protocol(),
                        IpAddress.v4(0x0a60_0100 + i),
                        80,
                        List.of(
                                BACKEND,
                                new Backend(
                                        backends.get(i).address(),
                                        backends.get(i).port(),
                                        1))))
                .toList();
        ServiceTable table = ServiceTable.of(services);

        for (IpAddress address : ADDRESSES) {
            for (int protocol : PROTOCOLS) {
                for (int port = 1; port <= 6; port++) {
                    assertThat(table.hasBackend(protocol, address.high(), address.low(), port))
                            .isEqualTo(backends.contains(new Place(address, protocol, port)));
                }
            }
        }
    }

    /** However a table came about, it is as if it had been made at once. */
    @Property(tries = 300)
    void aChangedTableIsLikeOneMadeAnew(@ForAll long seed) {
        Random random = new Random(seed);
        Map<Place, VirtualService> wanted = new HashMap<>();
        ServiceTable changed = ServiceTable.EMPTY;
        ServiceTable told = ServiceTable.EMPTY;
        for (int round = 0; round < 30; round++) {
            Map<Place, VirtualService> before = Map.copyOf(wanted);
            for (int i = random.nextInt(random.nextInt(10) == 0 ? 100 : 6); i >= 0; i--) {
                Place place = new Place(
                        ADDRESSES.get(random.nextInt(8)), PROTOCOLS[random.nextInt(3)], 1 + random.nextInt(5));
                if (random.nextInt(3) == 0) {
                    wanted.remove(place);
                } else {
                    wanted.put(place, place.service(backends(random)));
                }
            }
            ServiceTable anew = ServiceTable.of(wanted.values());
            changed = ServiceTable.of(wanted.values(), changed);
            assertAlike(changed, anew);
            told = told.with(without(before, wanted), without(wanted, before), PodInstances.NONE);
            assertAlike(told, anew);
        }
    }

    private static List<VirtualService> without(Map<Place, VirtualService> these, Map<Place, VirtualService> others) {
        return these.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(others.get(entry.getKey())))
                .map(Map.Entry::getValue)
                .toList();
    }

    @Test
    void whatIsNotThereCannotBeRemoved() {
        VirtualService here = new Place(ADDRESSES.get(0), IpProtocol.TCP, 80).service();
        VirtualService elsewhere = new Place(ADDRESSES.get(1), IpProtocol.TCP, 80).service();
        ServiceTable table = ServiceTable.of(List.of(here));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.with(List.of(elsewhere), List.of(), PodInstances.NONE));
    }

    private static Backend[] backends(Random random) {
        return IntStream.range(0, random.nextInt(3))
                .mapToObj(i -> new Backend(ADDRESSES.get(random.nextInt(8)), 1 + random.nextInt(5), 1))
                .toArray(Backend[]::new);
    }

    private static void assertAlike(ServiceTable table, ServiceTable anew) {
        assertThat(table.services()).isEqualTo(anew.services());
        for (IpAddress address : ADDRESSES) {
            long high = address.high();
            long low = address.low();
            assertThat(table.hasAddress(high, low)).isEqualTo(anew.hasAddress(high, low));
            for (int protocol : PROTOCOLS) {
                for (int port = 1; port <= 6; port++) {
                    assertThat(table.lookup(protocol, high, low, port))
                            .isEqualTo(anew.lookup(protocol, high, low, port));
                    assertThat(table.hasBackend(protocol, high, low, port))
                            .isEqualTo(anew.hasBackend(protocol, high, low, port));
                }
            }
        }
    }

    @Test
    void theTableBeforeStaysAsItWas() {
        Place place = new Place(ADDRESSES.get(0), IpProtocol.TCP, 80);
        VirtualService first = place.service(BACKEND);
        ServiceTable before = ServiceTable.of(List.of(first));

        ServiceTable after = ServiceTable.of(List.of(place.service()), before);

        assertThat(before.hasBackend(
                        IpProtocol.TCP,
                        BACKEND.address().high(),
                        BACKEND.address().low(),
                        8080))
                .isTrue();
        assertThat(before.lookup(
                        IpProtocol.TCP, place.address().high(), place.address().low(), 80))
                .isSameAs(first);
        assertThat(after.hasBackend(
                        IpProtocol.TCP,
                        BACKEND.address().high(),
                        BACKEND.address().low(),
                        8080))
                .isFalse();
    }

    @Test
    void findsEachOfThousands() {
        List<VirtualService> services = IntStream.range(0, 10_000)
                .mapToObj(i -> new Place(IpAddress.v4(0x0a60_0000 + i), IpProtocol.TCP, 80).service())
                .toList();
        ServiceTable table = ServiceTable.of(services);

        assertThat(services)
                .allSatisfy(service -> assertThat(table.lookup(
                                IpProtocol.TCP,
                                service.address().high(),
                                service.address().low(),
                                80))
                        .isSameAs(service));
        assertThat(table.hasAddress(0, IpAddress.v4(0x0a60_0000 + 10_000).low()))
                .isFalse();
    }

    @Test
    void listsServicesByNameAndProtocol() {
        VirtualService b = new VirtualService("default/b", IpProtocol.TCP, ADDRESSES.get(0), 80, List.of());
        VirtualService aUdp = new VirtualService("default/a:dns", IpProtocol.UDP, ADDRESSES.get(1), 53, List.of());
        VirtualService aTcp = new VirtualService("default/a:dns", IpProtocol.TCP, ADDRESSES.get(1), 53, List.of());

        assertThat(ServiceTable.of(List.of(b, aUdp, aTcp)).services()).containsExactly(aTcp, aUdp, b);
    }

    @Test
    void twoServicesAtOnePlaceAreRefusedByName() {
        VirtualService one = new VirtualService("default/one", IpProtocol.TCP, ADDRESSES.get(0), 80, List.of());
        VirtualService two = new VirtualService("default/two", IpProtocol.TCP, ADDRESSES.get(0), 80, List.of());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceTable.of(List.of(one, two)))
                .withMessage("default/two has the address and port of default/one");
    }

    @Test
    void aServiceThatHasNotChangedGoesOnCounting() {
        Place place = new Place(ADDRESSES.get(0), IpProtocol.TCP, 80);
        ServiceTable first = ServiceTable.of(List.of(place.service(BACKEND)));

        ServiceTable second = ServiceTable.of(List.of(place.service(BACKEND)), first);
        assertThat(second.services().get(0)).isSameAs(first.services().get(0));

        VirtualService changed = place.service(BACKEND, new Backend(IpAddress.parse("10.32.0.3"), 8080, 1));
        assertThat(ServiceTable.of(List.of(changed), second).services().get(0)).isSameAs(changed);
    }

    @Test
    void aBackendIsFoundByAddressAndPort() {
        VirtualService service = new Place(ADDRESSES.get(0), IpProtocol.TCP, 80)
                .service(
                        BACKEND,
                        new Backend(BACKEND.address(), 8081, 1),
                        new Backend(IpAddress.parse("fd00::2"), 8080, 1));
        IpAddress v6 = IpAddress.parse("fd00::2");

        assertThat(service.indexOf(0, BACKEND.address().low(), 8080)).isZero();
        assertThat(service.indexOf(0, BACKEND.address().low(), 8081)).isEqualTo(1);
        assertThat(service.indexOf(v6.high(), v6.low(), 8080)).isEqualTo(2);
        assertThat(service.indexOf(0, BACKEND.address().low(), 8082)).isEqualTo(-1);
        assertThat(service.indexOf(1, BACKEND.address().low(), 8080)).isEqualTo(-1);
        assertThat(service.indexOf(0, BACKEND.address().low() + 1, 8080)).isEqualTo(-1);
    }

    @Test
    void theEmptyTableHasNothing() {
        assertThat(ServiceTable.EMPTY.lookup(IpProtocol.TCP, 0, 0, 80)).isNull();
        assertThat(ServiceTable.EMPTY.hasAddress(0, 0)).isFalse();
        assertThat(ServiceTable.EMPTY.services()).isEmpty();
    }
}
