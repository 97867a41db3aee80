package io.osier.dataplane.conntrack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** A connection table behaves as a map from both tuples of its flows, with a bound. */
class ConnectionTableTest {
    private static final int CAPACITY = 8;
    private static final long START = Long.MAX_VALUE - TimeUnit.MINUTES.toNanos(3);

    /** What the model remembers of a flow: from a handful of values, so that tuples collide often. */
    record Flow(int clientPort, int service, int backend, int sourcePort) {
        Tuple original() {
            return new Tuple(client(), clientPort, address(service), 80);
        }

        Tuple reply() {
            return new Tuple(address(backend), 8080, client(), sourcePort);
        }

        private static long client() {
            return IpAddress.parse("10.32.0.2").low();
        }

        private static long address(int last) {
            return IpAddress.parse("10.96.0." + last).low();
        }
    }

    record Tuple(long from, int fromPort, long to, int toPort) {
        FlowKey key() {
            return new FlowKey().set(IpProtocol.TCP, 0, from, fromPort, 0, to, toPort);
        }
    }

    sealed interface Action {}

    record Open(Flow flow) implements Action {}

    record Reset(int which) implements Action {}

    record Remove(int which) implements Action {}

    record Retire(int which) implements Action {}

    record Pass(int seconds) implements Action {}

    record Expire(int count) implements Action {}

    @Provide
    Arbitrary<List<Action>> actions() {
        Arbitrary<Integer> some = Arbitraries.integers().between(1, 4);
        Arbitrary<Integer> index = Arbitraries.integers().between(0, CAPACITY - 1);
        Arbitrary<Action> open =
                Combinators.combine(some, some, some, some).as((a, b, c, d) -> new Open(new Flow(a, b, c, d)));
        Arbitrary<Action> other = Arbitraries.oneOf(
                index.map(Reset::new),
                index.map(Remove::new),
                index.map(Retire::new),
                Arbitraries.integers().between(1, 200).map(Pass::new),
                Arbitraries.integers().between(0, 2 * CAPACITY).map(Expire::new));
        return Arbitraries.oneOf(open, open, other).list().ofMaxSize(80);
    }

    @Property(tries = 2_000)
    void behavesLikeAMapOfBothTuples(@ForAll("actions") List<Action> actions, @ForAll long salt) {
        Model model = new Model(salt);
        for (Action action : actions) {
            model.apply(action);
            model.check();
        }
    }

    /** The table beside a map from entries to flows. */
    private static final class Model {
        private final ConnectionTable table;
        private final Map<Integer, Flow> flows = new HashMap<>();
        private final Map<Integer, Long> expiries = new HashMap<>();
        private final Set<Integer> over = new HashSet<>();
        private final Set<Integer> stale = new HashSet<>();
        private long nowNanos = START;
        private int position;

        Model(long salt) {
            table = new ConnectionTable(CAPACITY, salt);
        }

        void apply(Action action) {
            List<Integer> live = new ArrayList<>(flows.keySet());
            if (action instanceof Open open) {
                open(open.flow);
            } else if (action instanceof Reset reset
                    && reset.which < live.size()
                    && !stale.contains(live.get(reset.which))) {
                int entry = live.get(reset.which);
                table.entries().setState(entry, ConnectionState.CLOSED, nowNanos);
                over.add(entry);
                expiries.put(entry, nowNanos + ConnectionState.CLOSED.timeoutNanos());
            } else if (action instanceof Remove remove && remove.which < live.size()) {
                table.remove(live.get(remove.which));
                forget(live.get(remove.which));
            } else if (action instanceof Retire retire && retire.which < live.size()) {
                table.retire(live.get(retire.which), nowNanos);
                retired(live.get(retire.which));
            } else if (action instanceof Pass pass) {
                nowNanos += TimeUnit.SECONDS.toNanos(pass.seconds);
            } else if (action instanceof Expire expire) {
                expire(expire.count);
            }
        }

        private void open(Flow flow) {
            boolean full = flows.size() == CAPACITY;
            boolean mayMakeRoom = flows.keySet().stream().anyMatch(entry -> over.contains(entry) || isExpired(entry));
            int entry = table.allocate(nowNanos);
            if (full && !mayMakeRoom) {
                assertThat(entry).isEqualTo(ConnectionTable.NONE);
                return;
            }
            assertThat(entry).isNotEqualTo(ConnectionTable.NONE);
            if (full) {
                evicted();
            }
            assertThat(flows).as("an entry in use").doesNotContainKey(entry);
            fill(entry, flow);
            List<Integer> before = flows.entrySet().stream()
                    .filter(other ->
                            stale.contains(other.getKey()) && other.getValue().equals(flow))
                    .map(Map.Entry::getKey)
                    .toList();
            boolean taken = flows.entrySet().stream()
                    .anyMatch(other -> !before.contains(other.getKey())
                            && collides(flow, other.getValue(), stale.contains(other.getKey())));
            assertThat(table.link(entry)).isEqualTo(!taken);
            if (!taken) {
                before.forEach(this::forget);
                flows.put(entry, flow);
                expiries.put(entry, nowNanos + ConnectionState.SYN_SENT.timeoutNanos());
            }
        }

        private static boolean collides(Flow flow, Flow other, boolean otherIsStale) {
            return other.reply().equals(flow.reply())
                    || (!otherIsStale && other.original().equals(flow.original()));
        }

        /** One flow went to make room: it has to be one that could. */
        private void evicted() {
            List<Integer> gone = flows.entrySet().stream()
                    .filter(flow -> table.lookup(flow.getValue().reply().key()) == ConnectionTable.NONE)
                    .map(Map.Entry::getKey)
                    .toList();
            assertThat(gone).hasSize(1);
            assertThat(over.contains(gone.get(0)) || isExpired(gone.get(0))).isTrue();
            forget(gone.get(0));
        }

        private void fill(int entry, Flow flow) {
            ConnectionEntries entries = table.entries();
            Tuple original = flow.original();
            Tuple reply = flow.reply();
            entries.setProtocol(entry, IpProtocol.TCP);
            entries.setClient(entry, 0, original.from, original.fromPort, 1);
            entries.setService(entry, 0, original.to, original.toPort, 2);
            entries.setBackend(entry, 0, reply.from, reply.fromPort, 3);
            entries.setSource(entry, 0, reply.to, reply.toPort);
            entries.setState(entry, ConnectionState.SYN_SENT, nowNanos);
        }

        private void expire(int count) {
            for (int i = 0; i < count; i++) {
                int entry = (position + i) % CAPACITY;
                if (flows.containsKey(entry) && isExpired(entry)) {
                    forget(entry);
                } else if (flows.containsKey(entry) && flows.get(entry).service() == 1) {
                    retired(entry);
                }
            }
            position = table.expire(position, count, nowNanos, this::isUnwanted);
            assertThat(position).isBetween(0, CAPACITY - 1);
        }

        /** The time of a flow that is stale already runs on. */
        private void retired(int entry) {
            if (stale.add(entry)) {
                over.add(entry);
                expiries.put(entry, nowNanos + ConnectionState.STALE.timeoutNanos());
            }
        }

        /** Whatever goes to one of the services is no longer wanted when the table is swept. */
        private boolean isUnwanted(int entry) {
            return table.entries().serviceLow(entry) == Flow.address(1);
        }

        private boolean isExpired(int entry) {
            return expiries.getOrDefault(entry, 0L) - nowNanos <= 0;
        }

        private void forget(int entry) {
            flows.remove(entry);
            over.remove(entry);
            stale.remove(entry);
            expiries.remove(entry);
        }

        void check() {
            assertThat(table.size()).isEqualTo(flows.size());
            Map<Tuple, Integer> references = new HashMap<>();
            flows.forEach((entry, flow) -> {
                if (!stale.contains(entry)) {
                    references.put(flow.original(), entry << 1);
                }
                references.put(flow.reply(), entry << 1 | 1);
            });
            for (int a = 1; a <= 4; a++) {
                for (int b = 1; b <= 4; b++) {
                    Flow probe = new Flow(a, b, b, a);
                    assertFound(probe.original(), references);
                    assertFound(probe.reply(), references);
                }
            }
            List<Integer> visited = new ArrayList<>();
            table.forEach(visited::add);
            assertThat(visited).containsExactlyInAnyOrderElementsOf(flows.keySet());
        }

        private void assertFound(Tuple tuple, Map<Tuple, Integer> references) {
            assertThat(table.lookup(tuple.key())).isEqualTo(references.getOrDefault(tuple, ConnectionTable.NONE));
        }
    }

    @Test
    void aReferenceTellsTheEntryAndTheDirection() {
        assertThat(ConnectionTable.entryOf(7)).isEqualTo(3);
        assertThat(ConnectionTable.isReply(7)).isTrue();
        assertThat(ConnectionTable.isReply(6)).isFalse();
    }

    @Test
    void everyPartOfATupleCounts() {
        ConnectionTable table = new ConnectionTable(2, 1);
        int entry = table.allocate(0);
        ConnectionEntries entries = table.entries();
        entries.setProtocol(entry, IpProtocol.UDP);
        entries.setClient(entry, 1, 2, 3, 0);
        entries.setService(entry, 4, 5, 6, 0);
        entries.setBackend(entry, 7, 8, 9, 0);
        entries.setSource(entry, 10, 11, 12);
        assertThat(table.link(entry)).isTrue();

        FlowKey key = new FlowKey();
        assertThat(table.lookup(key.set(IpProtocol.UDP, 1, 2, 3, 4, 5, 6))).isEqualTo(entry << 1);
        assertThat(table.lookup(key.set(IpProtocol.UDP, 7, 8, 9, 10, 11, 12))).isEqualTo(entry << 1 | 1);
        assertThat(table.lookup(key.set(IpProtocol.TCP, 1, 2, 3, 4, 5, 6))).isEqualTo(ConnectionTable.NONE);
        long[] right = {1, 2, 3, 4, 5, 6};
        for (int i = 0; i < 6; i++) {
            long[] wrong = right.clone();
            wrong[i] = 99;
            key.set(IpProtocol.UDP, wrong[0], wrong[1], (int) wrong[2], wrong[3], wrong[4], (int) wrong[5]);
            assertThat(table.lookup(key)).as("part %d", i).isEqualTo(ConnectionTable.NONE);
        }
    }

    @Test
    void aReusedEntryRemembersNothing() {
        ConnectionTable table = new ConnectionTable(1, 1);
        int entry = table.allocate(0);
        table.entries().setClient(entry, 0, 1, 2, 3);
        table.entries().setState(entry, ConnectionState.SYN_SENT, 0);
        table.entries().account(entry, false, 0, 100, 0);
        table.entries().setGeneration(entry, 9);
        table.link(entry);
        table.remove(entry);

        assertThat(table.allocate(0)).isEqualTo(entry);
        assertThat(table.entries().packets(entry)).isZero();
        assertThat(table.entries().bytes(entry)).isZero();
        assertThat(table.entries().clientMac(entry)).isZero();
        assertThat(table.entries().generation(entry)).isZero();
    }

    @Test
    void aLargeTableHoldsAsManyFlowsAsItSays() {
        int capacity = 4_096;
        ConnectionTable table = new ConnectionTable(capacity, 42);
        for (int i = 0; i < capacity; i++) {
            int entry = table.allocate(0);
            table.entries().setProtocol(entry, IpProtocol.UDP);
            table.entries().setClient(entry, 0, 1, i, 0);
            table.entries().setService(entry, 0, 2, 53, 0);
            table.entries().setBackend(entry, 0, 3, 5353, 0);
            table.entries().setSource(entry, 0, 1, i);
            table.entries().setState(entry, ConnectionState.UNREPLIED, 0);
            assertThat(table.link(entry)).isTrue();
        }

        assertThat(table.allocate(0)).isEqualTo(ConnectionTable.NONE);
        assertThat(table.size()).isEqualTo(capacity);
        assertThat(table.allocate(ConnectionState.UNREPLIED.timeoutNanos()))
                .as("all have expired")
                .isNotEqualTo(ConnectionTable.NONE);
    }

    @Test
    void theCapacityIsAPowerOfTwo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConnectionTable(100, 1))
                .withMessageContaining("100");
    }
}
