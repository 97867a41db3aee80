package io.osier.dataplane.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.simulation.MemoryPort;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ForwardingDatabaseTest {
    private static final int CAPACITY = 16;
    private static final int LEARNED_PER_PORT = 4;
    private static final long START = Long.MAX_VALUE - TimeUnit.MINUTES.toNanos(5);
    private static final int MACS = 24;

    private final List<Port> ports = IntStream.range(0, 5)
            .<Port>mapToObj(i -> new MemoryPort(new PortId(PortKind.POD, "pod-" + i), i))
            .toList();

    sealed interface Action {}

    record Learn(int mac, int port) implements Action {}

    record Pin(int mac, int port) implements Action {}

    record RemovePort(int port) implements Action {}

    record Pass(int seconds) implements Action {}

    record Age() implements Action {}

    @Provide
    Arbitrary<List<Action>> actions() {
        Arbitrary<Integer> mac = Arbitraries.integers().between(0, MACS - 1);
        Arbitrary<Integer> port = Arbitraries.integers().between(0, 4);
        Arbitrary<Action> learn = Combinators.combine(mac, port).as(Learn::new);
        Arbitrary<Action> other = Arbitraries.oneOf(
                Combinators.combine(mac, port).as(Pin::new),
                port.map(RemovePort::new),
                Arbitraries.integers().between(1, 200).map(Pass::new),
                Arbitraries.just(new Age()));
        return Arbitraries.oneOf(learn, learn, other).list().ofMaxSize(100);
    }

    @Property(tries = 2_000)
    void behavesLikeAMapWithBounds(@ForAll("actions") List<Action> actions) {
        Model model = new Model();
        for (Action action : actions) {
            model.apply(action);
            model.check();
        }
    }

    private record Entry(Port port, boolean pinned, long expiryNanos) {}

    /** The database beside a plain map. */
    private final class Model {
        private final ForwardingDatabase fdb = new ForwardingDatabase(CAPACITY, LEARNED_PER_PORT);
        private final Map<Long, Entry> entries = new HashMap<>();
        private long nowNanos = START;

        void apply(Action action) {
            if (action instanceof Learn learn) {
                learn(mac(learn.mac), ports.get(learn.port));
            } else if (action instanceof Pin pin) {
                pin(mac(pin.mac), ports.get(pin.port));
            } else if (action instanceof RemovePort remove) {
                fdb.removePort(ports.get(remove.port));
                entries.values().removeIf(entry -> entry.port == ports.get(remove.port));
            } else if (action instanceof Pass pass) {
                nowNanos += TimeUnit.SECONDS.toNanos(pass.seconds);
            } else if (action instanceof Age) {
                fdb.age(nowNanos);
                entries.values().removeIf(entry -> !isValid(entry));
            }
        }

        private void learn(long mac, Port port) {
            Entry present = entries.get(mac);
            boolean lies = present != null && present.pinned && present.port != port;
            assertThat(fdb.learn(mac, port, nowNanos)).isEqualTo(!lies);
            long learned =
                    entries.values().stream().filter(entry -> !entry.pinned).count();
            long fromPort = entries.values().stream()
                    .filter(entry -> !entry.pinned && entry.port == port)
                    .count();
            boolean room = entries.size() < CAPACITY && learned < CAPACITY / 2 && fromPort < LEARNED_PER_PORT;
            if (present == null ? room : !present.pinned) {
                entries.put(mac, new Entry(port, false, (nowNanos + ForwardingDatabase.AGEING_NANOS) & ~1L));
            }
        }

        private void pin(long mac, Port port) {
            Entry present = entries.get(mac);
            if (present != null && present.pinned && present.port != port) {
                assertThatIllegalArgumentException().isThrownBy(() -> fdb.addStatic(mac, port));
            } else if (present == null && entries.size() == CAPACITY) {
                assertThatIllegalStateException().isThrownBy(() -> fdb.addStatic(mac, port));
            } else {
                fdb.addStatic(mac, port);
                entries.put(mac, new Entry(port, true, 0));
            }
        }

        private boolean isValid(Entry entry) {
            return entry.pinned || entry.expiryNanos - nowNanos > 0;
        }

        void check() {
            assertThat(fdb.size()).isEqualTo(entries.size());
            for (int i = 0; i < MACS; i++) {
                assertThat(fdb.lookup(mac(i), nowNanos)).isSameAs(expected(mac(i)));
            }
            Map<Long, Entry> visited = new HashMap<>();
            fdb.forEach((mac, port, pinned) -> visited.put(mac, new Entry(port, pinned, 0)));
            assertThat(visited).hasSameSizeAs(entries);
            entries.forEach(
                    (mac, entry) -> assertThat(visited).containsEntry(mac, new Entry(entry.port, entry.pinned, 0)));
        }

        private @Nullable Port expected(long mac) {
            Entry entry = entries.get(mac);
            return entry != null && isValid(entry) ? entry.port : null;
        }
    }

    private static long mac(int i) {
        return 0x0200_0000_0000L + i;
    }

    @Test
    void nobodyIsKnownAtFirst() {
        assertThat(new ForwardingDatabase(2, 1).lookup(0, 0))
                .as("not even 00:00:00:00:00:00")
                .isNull();
        assertThat(new ForwardingDatabase(2, 1).lookup(0xffff_ffff_ffffL, 0)).isNull();
    }

    @Test
    void aLearnedAddressAgesFromItsLastFrameOn() {
        ForwardingDatabase fdb = new ForwardingDatabase(4, 4);
        fdb.learn(1, ports.get(0), 0);
        fdb.learn(1, ports.get(0), 100);

        assertThat(fdb.lookup(1, ForwardingDatabase.AGEING_NANOS + 99)).isSameAs(ports.get(0));
        assertThat(fdb.lookup(1, ForwardingDatabase.AGEING_NANOS + 100)).isNull();
    }
}
