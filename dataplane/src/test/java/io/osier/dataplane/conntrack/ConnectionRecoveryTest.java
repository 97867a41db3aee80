package io.osier.dataplane.conntrack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.osier.dataplane.packet.IpProtocol;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What one process has left in the table's memory, the next takes up: whole flows, and nothing else. */
class ConnectionRecoveryTest {
    private static final int CAPACITY = 16;
    private static final long NOW_NANOS = 1_000_000;
    private static final long GENERATION = 7;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(ConnectionTable.memoryBytes(CAPACITY));
    private final ConnectionTable before = new ConnectionTable(CAPACITY, 1, memory);

    private int open(int client, ConnectionState state) {
        int entry = before.allocate(NOW_NANOS);
        ConnectionEntries entries = before.entries();
        entries.setProtocol(entry, IpProtocol.TCP);
        entries.setClient(entry, 0, 1, client, 11);
        entries.setService(entry, 0, 2, 80, 22);
        entries.setBackend(entry, 0, 3, 8080, 33);
        entries.setSource(entry, 0, 1, client);
        entries.setState(entry, state, NOW_NANOS);
        assertThat(before.link(entry)).isTrue();
        return entry;
    }

    private static FlowKey original(int client) {
        return new FlowKey().set(IpProtocol.TCP, 0, 1, client, 0, 2, 80);
    }

    private static FlowKey reply(int client) {
        return new FlowKey().set(IpProtocol.TCP, 0, 3, 8080, 0, 1, client);
    }

    private ConnectionTable after() {
        return new ConnectionTable(CAPACITY, 99, memory);
    }

    @Test
    void flowsAreFoundByBothTuplesAndGoOnAsTheyWere() {
        int entry = open(1000, ConnectionState.ESTABLISHED);
        before.entries().account(entry, false, 0, 500, NOW_NANOS);
        open(1001, ConnectionState.SYN_SENT);
        before.remove(open(1002, ConnectionState.ESTABLISHED));

        ConnectionTable after = after();
        assertThat(after.recover(NOW_NANOS + 1, GENERATION)).isEqualTo(2);

        int found = ConnectionTable.entryOf(after.lookup(original(1000)));
        assertThat(after.lookup(reply(1000))).isEqualTo(found << 1 | 1);
        assertThat(after.entries().state(found)).isEqualTo(ConnectionState.ESTABLISHED);
        assertThat(after.entries().packets(found)).isOne();
        assertThat(after.entries().clientMac(found)).isEqualTo(11);
        assertThat(after.entries().generation(found)).isEqualTo(GENERATION);
        assertThat(after.lookup(original(1001))).isNotEqualTo(ConnectionTable.NONE);
        assertThat(after.lookup(original(1002))).isEqualTo(ConnectionTable.NONE);
    }

    @Test
    void whatHasExpiredMeanwhileIsGoneAndWhatIsFromTheFutureToo() {
        open(1000, ConnectionState.SYN_SENT);
        open(1001, ConnectionState.ESTABLISHED);

        assertThat(after().recover(NOW_NANOS + ConnectionState.SYN_SENT.timeoutNanos(), GENERATION))
                .as("one was only being opened")
                .isOne();
        assertThat(after().recover(NOW_NANOS - TimeUnit.SECONDS.toNanos(FlowTimeouts.MAX_SECONDS), GENERATION))
                .as("longer than any flow may live: another machine's run")
                .isZero();
    }

    @Test
    void aStaleFlowKeepsItsAnswersFromOthersAndNothingElse() {
        before.retire(open(1000, ConnectionState.ESTABLISHED), NOW_NANOS);
        int another = open(1000 - 1, ConnectionState.ESTABLISHED);

        ConnectionTable after = after();
        assertThat(after.recover(NOW_NANOS, GENERATION)).isEqualTo(2);
        assertThat(after.lookup(original(1000))).isEqualTo(ConnectionTable.NONE);
        assertThat(after.lookup(reply(1000))).isNotEqualTo(ConnectionTable.NONE);
        assertThat(after.lookup(original(999))).isEqualTo(another << 1);
    }

    @Test
    void theRoomOfTheOthersIsUsedAgain() {
        for (int i = 0; i < CAPACITY; i++) {
            open(i, i % 2 == 0 ? ConnectionState.ESTABLISHED : ConnectionState.CLOSED);
        }

        ConnectionTable after = after();
        assertThat(after.recover(NOW_NANOS + ConnectionState.CLOSED.timeoutNanos(), GENERATION))
                .isEqualTo(CAPACITY / 2);
        Set<Integer> given = new HashSet<>();
        for (int i = 0; i < CAPACITY / 2; i++) {
            given.add(after.allocate(NOW_NANOS));
        }
        assertThat(given).hasSize(CAPACITY / 2).doesNotContain(ConnectionTable.NONE);
        assertThat(after.size()).isEqualTo(CAPACITY);
    }

    /** Whoever was killed in the middle of a write, or a disk that forgot: it costs the flows it hit, and no other. */
    @Property(tries = 300)
    void damageCostsWhatItHits(@ForAll @IntRange(min = 1, max = 40) int hits, @ForAll long seed) {
        ByteBuffer left = ByteBuffer.allocateDirect(ConnectionTable.memoryBytes(CAPACITY));
        ConnectionRecoveryTest earlier = new ConnectionRecoveryTest();
        for (int i = 0; i < CAPACITY; i++) {
            earlier.open(1000 + i, ConnectionState.ESTABLISHED);
        }
        left.put(0, earlier.memory, 0, left.capacity());
        SplittableRandom random = new SplittableRandom(seed);
        Set<Integer> damaged = new HashSet<>();
        for (int i = 0; i < hits; i++) {
            int at = random.nextInt(left.capacity());
            left.put(at, (byte) random.nextInt());
            damaged.add(at / ConnectionEntries.ENTRY_BYTES);
        }

        ConnectionTable after = new ConnectionTable(CAPACITY, seed, left);
        after.recover(NOW_NANOS, GENERATION);

        boolean trailerHit = damaged.contains(CAPACITY);
        for (int i = 0; i < CAPACITY; i++) {
            int reference = after.lookup(original(1000 + i));
            if (reference != ConnectionTable.NONE) {
                assertThat(after.lookup(reply(1000 + i))).isEqualTo(reference | 1);
            } else {
                assertThat(damaged.contains(i) || trailerHit).as("flow %d", i).isTrue();
            }
        }
        while (after.allocate(NOW_NANOS) != ConnectionTable.NONE) {
            assertThat(after.size()).isLessThanOrEqualTo(CAPACITY);
        }
    }

    @Test
    void theMemoryMustFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConnectionTable(CAPACITY * 2, 1, memory))
                .withMessageContaining("bytes");
    }
}
