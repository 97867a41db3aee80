package io.osier.dataplane.conntrack;

import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.PacketParser;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.simulation.RawFrame;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class FragmentTableTest {
    private static final long NOW = Long.MAX_VALUE - 5;

    private final FragmentTable fragments = new FragmentTable();

    /** What the fragments of one packet share. */
    record Identity(int source, int destination, int id) {
        ParsedPacket fragment(int index) {
            List<RawFrame> all = udp().from("10.32.0." + source, 1)
                    .to("10.96.0." + destination, 2)
                    .identification(id)
                    .payload(new byte[64])
                    .fragments(32);
            Frame frame = new Frame();
            all.get(index).writeTo(frame, Frame.HEADROOM_BYTES);
            ParsedPacket packet = new ParsedPacket();
            assertThat(new PacketParser().parse(frame, packet)).isNull();
            return packet;
        }
    }

    @Test
    void laterFragmentsFindWhatTheirFirstWasGiven() {
        Identity identity = new Identity(1, 2, 3);
        fragments.remember(identity.fragment(0), 42, NOW);

        assertThat(fragments.lookup(identity.fragment(1), NOW)).isEqualTo(42);
        assertThat(fragments.lookup(identity.fragment(2), NOW)).isEqualTo(42);
    }

    @Test
    void everyPartOfTheIdentityCounts() {
        fragments.remember(new Identity(1, 2, 3).fragment(0), 42, NOW);

        assertThat(fragments.lookup(new Identity(9, 2, 3).fragment(1), NOW)).isEqualTo(ConnectionTable.NONE);
        assertThat(fragments.lookup(new Identity(1, 9, 3).fragment(1), NOW)).isEqualTo(ConnectionTable.NONE);
        assertThat(fragments.lookup(new Identity(1, 2, 9).fragment(1), NOW)).isEqualTo(ConnectionTable.NONE);
    }

    @Test
    void anEmptyTableKnowsNothing() {
        assertThat(fragments.lookup(new Identity(0, 0, 0).fragment(1), 0)).isEqualTo(ConnectionTable.NONE);
    }

    @Test
    void aFirstFragmentIsForgottenAfterFifteenSeconds() {
        Identity identity = new Identity(1, 2, 3);
        fragments.remember(identity.fragment(0), 42, NOW);

        assertThat(fragments.lookup(identity.fragment(1), NOW + TimeUnit.SECONDS.toNanos(15) - 1))
                .isEqualTo(42);
        assertThat(fragments.lookup(identity.fragment(1), NOW + TimeUnit.SECONDS.toNanos(15)))
                .isEqualTo(ConnectionTable.NONE);
    }

    @Provide
    Arbitrary<List<Identity>> identities() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 200),
                        Arbitraries.integers().between(1, 200),
                        Arbitraries.integers().between(0, 65_535))
                .as(Identity::new)
                .list()
                .uniqueElements()
                .ofMaxSize(40);
    }

    @Property(tries = 100)
    void aCollisionForgetsAndNeverMistakes(@ForAll("identities") List<Identity> identities) {
        Map<Identity, Integer> remembered = new HashMap<>();
        for (Identity identity : identities) {
            remembered.put(identity, remembered.size());
            fragments.remember(identity.fragment(0), remembered.get(identity), NOW);
        }

        for (Identity identity : identities) {
            assertThat(fragments.lookup(identity.fragment(1), NOW))
                    .isIn(remembered.get(identity), ConnectionTable.NONE);
        }
        if (!identities.isEmpty()) {
            Identity last = identities.get(identities.size() - 1);
            assertThat(fragments.lookup(last.fragment(1), NOW))
                    .as("the newest wins")
                    .isEqualTo(remembered.get(last));
        }
    }
}
