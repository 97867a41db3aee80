package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.service.Exposure;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.service.VirtualService;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** However a state came about, what is compiled of it is the same. */
class IncrementalCompilerTest {
    private static final int ROUNDS = 30;
    private static final int MANY = 30;
    private static final List<Integer> PORTS = List.of(53, 54, 80, 8000, 8080, 8081, 30_000, 30_001);

    private static NodeSettings settings(@Nullable Ipv6Ranges ipv6) {
        return new NodeSettings(
                "node-a",
                IpPrefix.parse("10.32.0.0/12"),
                IpPrefix.parse("10.96.0.0/12"),
                ipv6,
                IpPrefix.parse("10.32.0.0/24"),
                true);
    }

    @Property(tries = 60)
    void changesAmountToWhatIsCompiledAtOnce(@ForAll long seed) {
        Random random = new Random(seed);
        NodeSettings settings = settings(
                random.nextBoolean() ? null : new Ipv6Ranges(RandomManifests.PODS6, IpPrefix.parse("fd00:2::/112")));
        ChangingCluster cluster = new ChangingCluster(random);
        Set<IpAddress> seen = new HashSet<>();
        ForwardingStateCompiler compiler = new ForwardingStateCompiler(settings, () -> Set.copyOf(seen));
        OwnPods ownPods = new OwnPods("node-a");
        ServiceTable before = ServiceTable.EMPTY;
        for (int round = 1; round <= ROUNDS; round++) {
            for (int i = random.nextInt(random.nextInt(8) == 0 ? MANY : 3); i >= 0; i--) {
                cluster.change();
            }
            switch (random.nextInt(20)) {
                case 0 -> cluster.beginAgain();
                case 1 -> cluster.tellAgain();
                case 2 -> seen.add(IpAddress.parse("192.0.2.9"));
                case 3 -> seen.clear();
                default -> {} // what has changed is all there is
            }
            ClusterChange change = cluster.takeChanges();

            ForwardingState changed = compiler.compile(change, round);

            ForwardingStateCompiler other = new ForwardingStateCompiler(settings, () -> Set.copyOf(seen));
            ForwardingState anew = other.compile(cluster.state(), round);
            assertAlike(changed, anew);
            assertThat(compiler.healthChecks()).isEqualTo(other.healthChecks());
            assertThat(ownPods.take(change))
                    .isEqualTo(cluster.state().pods().stream()
                            .filter(pod -> "node-a".equals(pod.spec().nodeName()))
                            .toList());
            assertSameObjects(before, changed.services());
            assertThat(IntStream.range(0, RandomManifests.UIDS).mapToObj(i -> "uid-" + i))
                    .allSatisfy(uid -> assertThat(compiler.hasPod(uid)).isEqualTo(other.hasPod(uid)));
            before = changed.services();
        }
    }

    private static void assertAlike(ForwardingState one, ForwardingState other) {
        assertThat(one.generation()).isEqualTo(other.generation());
        assertThat(one.ipv6()).isEqualTo(other.ipv6());
        assertThat(one.peers()).isEqualTo(other.peers());
        assertThat(one.routes().routes()).isEqualTo(other.routes().routes());
        assertThat(one.services().services()).isEqualTo(other.services().services());
        assertThat(one.services().exposed()).isEqualTo(other.services().exposed());
        for (VirtualService service : one.services().services()) {
            assertThat(one.services().clusterIpOf(service))
                    .isEqualTo(other.services().services().stream()
                            .filter(each -> each.name().equals(service.name())
                                    && each.policy().exposure() == Exposure.CLUSTER_IP
                                    && each.protocol() == service.protocol()
                                    && each.address().isV4()
                                            == service.address().isV4())
                            .findFirst()
                            .orElse(null));
        }
        assertThat(one.policies().isEmpty()).isEqualTo(other.policies().isEmpty());
        for (String text : RandomManifests.POD_ADDRESSES) {
            IpAddress address = IpAddress.parse(text);
            assertThat(one.routes().lookup(address.v4Bits()))
                    .isEqualTo(other.routes().lookup(address.v4Bits()));
            assertAlikeAt(address, one.services(), other.services());
            assertAlikeAt(RandomManifests.PODS6.of(address), one.services(), other.services());
            assertThat(PolicyVerdicts.of(one.policies(), address, PORTS))
                    .isEqualTo(PolicyVerdicts.of(other.policies(), address, PORTS));
        }
        RandomManifests.SERVICE_ADDRESSES.forEach(
                text -> assertAlikeAt(IpAddress.parse(text), one.services(), other.services()));
    }

    private static void assertAlikeAt(IpAddress address, ServiceTable one, ServiceTable other) {
        long high = address.high();
        long low = address.low();
        assertThat(one.hasAddress(high, low)).isEqualTo(other.hasAddress(high, low));
        for (int protocol : List.of(IpProtocol.TCP, IpProtocol.UDP)) {
            for (int port : PORTS) {
                assertThat(one.lookup(protocol, high, low, port)).isEqualTo(other.lookup(protocol, high, low, port));
                assertThat(one.hasBackend(protocol, high, low, port))
                        .isEqualTo(other.hasBackend(protocol, high, low, port));
            }
        }
    }

    /** What says the same goes on counting. */
    private static void assertSameObjects(ServiceTable before, ServiceTable now) {
        for (VirtualService service : now.services()) {
            VirtualService known = before.lookup(
                    service.protocol(),
                    service.address().high(),
                    service.address().low(),
                    service.port());
            if (service.equals(known)) {
                assertThat(service).isSameAs(known);
            }
        }
    }
}
