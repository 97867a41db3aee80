package io.osier.agent.ipam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.osier.agent.model.Lease;
import io.osier.agent.store.Keys;
import io.osier.agent.store.Keyspace;
import io.osier.agent.store.StateStore;
import io.osier.dataplane.packet.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes that come, go, come back and are mistaken for each other; a test class a kind of store. */
public abstract class SubnetClaimContract {
    private static final IpPrefix RANGE = IpPrefix.parse("10.32.0.0/16");
    private static final IpPrefix FIRST = IpPrefix.parse("10.32.0.0/24");
    private static final IpPrefix SECOND = IpPrefix.parse("10.32.1.0/24");

    private StateStore store;
    private SubnetLeases leases;

    /** A store with nothing in it. */
    protected abstract StateStore open();

    @BeforeEach
    void begin() {
        store = open();
        leases = new SubnetLeases(store, RANGE, 24);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private SubnetClaim claim(String node, String identity, boolean otherIsAlive) {
        return claim(leases, node, identity, otherIsAlive);
    }

    private SubnetClaim claim(SubnetLeases among, String node, String identity, boolean otherIsAlive) {
        return claim(among, new Claimant(node, identity, addressOf(node, identity)), otherIsAlive);
    }

    private SubnetClaim claim(SubnetLeases among, Claimant claimant, boolean otherIsAlive) {
        return new SubnetClaim(store, among, Clock.systemUTC(), claimant, name -> otherIsAlive);
    }

    /** Every machine has one of its own. */
    private static String addressOf(String node, String identity) {
        return "the address of " + node + " as " + identity;
    }

    private IpPrefix acquire(String node) {
        return claim(node, node, false).acquire(null, false, List.of());
    }

    @Test
    void eachNodeGetsTheFirstSubnetThatIsFree() {
        assertThat(acquire("a")).isEqualTo(FIRST);
        assertThat(acquire("b")).isEqualTo(SECOND);
        assertThat(acquire("a")).as("and keeps it").isEqualTo(FIRST);

        leases.release("a");
        assertThat(acquire("c")).isEqualTo(FIRST);
    }

    /** As Kubernetes writes it. */
    @Test
    void aLeaseSaysWhenItWasMadeInWholeSeconds() {
        acquire("a");
        assertThat(leases.list())
                .extracting(lease -> lease.creationTimestamp().toString())
                .allMatch(at -> at.matches("[0-9T:-]{19}Z"))
                .hasSize(1);
    }

    @Test
    void whatForeignNodesHaveIsNotGiven() {
        assertThat(claim("a", "a", false).acquire(null, false, List.of(IpPrefix.parse("10.32.0.0/23"))))
                .isEqualTo(IpPrefix.parse("10.32.2.0/24"));
    }

    @Test
    void aNodeWhoseLeaseHasGoneGetsItsSubnetBackIfNobodyHasIt() {
        acquire("a");
        IpPrefix had = acquire("b");
        leases.release("a");
        leases.release("b");

        assertThat(claim("b", "b", false).acquire(had, true, List.of())).isEqualTo(had);
    }

    @Test
    void aSubnetThatIsSomebodyElsesNowIsNotTakenBack() {
        IpPrefix had = acquire("a");
        leases.release("a");
        acquire("b");

        assertThatThrownBy(() -> claim("a", "a", false).acquire(had, true, List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the subnet 10.32.0.0/24 that pods of this node still use belongs to node b now");
        assertThat(claim("a", "a", false).acquire(had, false, List.of()))
                .as("without pods any other will do")
                .isEqualTo(SECOND);
    }

    @Test
    void twoLivingNodesOfOneNameAreToldApart() {
        claim("node-1", "one", false).acquire(null, false, List.of());

        assertThatThrownBy(() -> claim("node-1", "other", true).acquire(null, false, List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("two nodes are called node-1")
                .hasMessageContaining("this one at " + addressOf("node-1", "other"))
                .hasMessageContaining("one at " + addressOf("node-1", "one") + " which has 10.32.0.0/24");
    }

    /** Its agent may have been stopped, or have failed, before the node was called as it is now. */
    @Test
    void aNodeTakesTheLeaseAlongThatItHadUnderAnotherName() {
        IpPrefix had = claim(leases, new Claimant("VM-Upper", "one", "10.0.2.15"), false)
                .acquire(null, false, List.of());

        assertThat(claim(leases, new Claimant("vm-upper", "one", "10.0.2.15"), false)
                        .acquire(had, false, List.of()))
                .isEqualTo(had);
        assertThat(leases.list()).extracting(Lease::node).containsExactly("vm-upper");
        assertThatThrownBy(() -> claim(leases, new Claimant("b", "other", "10.0.2.15"), false)
                        .acquire(null, false, List.of()))
                .as("somebody else does not")
                .hasMessageContaining("nodes b and vm-upper both have the underlay address 10.0.2.15");
    }

    /** As every machine of a careless Vagrantfile would come. */
    @Test
    void ofNodesWithOneUnderlayAddressTheFirstGetsALease() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<CompletableFuture<IpPrefix>> all = new ArrayList<>();
            for (int i = 1; i <= 6; i++) {
                Claimant claimant = new Claimant("node-" + i, "identity-" + i, "10.0.2.15");
                all.add(CompletableFuture.supplyAsync(
                        () -> claim(leases, claimant, false).acquire(null, false, List.of()), threads));
            }
            List<CompletableFuture<IpPrefix>> refused = new ArrayList<>(all);
            await().until(() -> all.stream().allMatch(CompletableFuture::isDone));
            refused.removeIf(one -> !one.isCompletedExceptionally());

            assertThat(refused).hasSize(5);
            String first = leases.list().get(0).node();
            assertThat(refused)
                    .allSatisfy(one -> assertThatThrownBy(one::join)
                            .hasCauseInstanceOf(IllegalStateException.class)
                            .hasMessageMatching(".*nodes node-\\d and " + first
                                    + " both have the underlay address 10\\.0\\.2\\.15: .*'osier delete node " + first
                                    + "' if it is gone"));
            assertThat(leases.list()).hasSize(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aNodeThatMovesTakesItsLeaseAlong() {
        acquire("a");
        Claimant moved = new Claimant("a", "a", "10.9.9.9");

        assertThat(claim(leases, moved, false).acquire(FIRST, true, List.of())).isEqualTo(FIRST);
        assertThat(leases.list()).extracting(Lease::underlayAddress).containsExactly("10.9.9.9");
    }

    @Test
    void aNodeThatHasLostItsStateIsItselfAgain() {
        claim("node-1", "one", false).acquire(null, false, List.of());

        assertThat(claim("node-1", "other", false).acquire(null, false, List.of()))
                .isEqualTo(FIRST);
        assertThat(leases.list()).extracting(Lease::identity).containsExactly("other");
        assertThat(leases.list()).extracting(Lease::underlayAddress).containsExactly(addressOf("node-1", "other"));
    }

    @Test
    void aLeaseThatCannotBeReadIsPassedOverAndNotGivenAway() {
        store.compareAndSet(Keys.lease(FIRST.toString()), Keyspace.ABSENT, "{{{".getBytes(StandardCharsets.UTF_8));

        assertThat(acquire("a")).isEqualTo(SECOND);
        assertThat(leases.list()).extracting(Lease::node).containsExactly("a");
        assertThatThrownBy(() -> claim("b", "b", false).acquire(FIRST, true, List.of()))
                .hasMessageContaining("cannot be read");
    }

    @Test
    void aRangeThatIsFullSaysSo() {
        SubnetLeases small = new SubnetLeases(store, IpPrefix.parse("10.32.0.0/23"), 24);
        claim(small, "a", "a", false).acquire(null, false, List.of());
        claim(small, "b", "b", false).acquire(null, false, List.of());

        assertThatThrownBy(() -> claim(small, "c", "c", false).acquire(null, false, List.of()))
                .hasMessageContaining("every /24 of 10.32.0.0/23 is leased");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void subnetsOfWhateverLengthsNeverOverlap(int seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            String node = "n" + random.nextInt(25);
            if (random.nextInt(3) == 0) {
                leases.release(node);
            } else {
                SubnetLeases among = new SubnetLeases(store, RANGE, 20 + random.nextInt(8));
                claim(among, node, node, false).acquire(null, false, List.of());
            }
            List<IpPrefix> held = leases.list().stream()
                    .map(Lease::subnet)
                    .map(IpPrefix::parse)
                    .toList();
            for (IpPrefix one : held) {
                assertThat(held).filteredOn(one::overlaps).containsExactly(one);
            }
            assertThat(leases.list()).extracting(Lease::node).doesNotHaveDuplicates();
        }
    }

    @Test
    void nodesThatStartAtOneMomentGetOneSubnetEach() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<CompletableFuture<IpPrefix>> all = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                String node = "n" + i % 12; // each of them twice
                all.add(CompletableFuture.supplyAsync(() -> acquire(node), threads));
            }
            all.forEach(CompletableFuture::join);

            assertThat(leases.list()).hasSize(12);
            assertThat(leases.list()).extracting(Lease::node).doesNotHaveDuplicates();
            IntStream.range(0, 12)
                    .forEach(i -> assertThat(all.get(i).join())
                            .isEqualTo(all.get(i + 12).join()));
        } finally {
            threads.shutdownNow();
        }
    }
}
