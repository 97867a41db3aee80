package io.osier.dataplane.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.IpProtocol;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The tables that flows are judged by, against the obvious ones. */
class PolicyTableTest {
    @Provide
    Arbitrary<IpAddress> addresses() {
        Arbitrary<IpAddress> v4 = Arbitraries.integers().between(1, 40).map(low -> IpAddress.v4(0x0a20_0000 | low));
        Arbitrary<IpAddress> v6 =
                Arbitraries.longs().between(1, 40).map(low -> new IpAddress(0xfd6f_7369_6572_0001L, low));
        return Arbitraries.oneOf(v4, v6);
    }

    @Provide
    Arbitrary<IpBlock> blocks() {
        Arbitrary<IpPrefix> prefixes = Combinators.combine(
                        addresses(), Arbitraries.integers().between(0, 8))
                .as((address, wild) -> IpPrefix.containing(address, (address.isV4() ? 32 : 128) - wild));
        return Combinators.combine(prefixes, prefixes.list().ofMaxSize(3)).as(IpBlock::new);
    }

    @Property
    void aPeerIsListedOrInABlockAndNoneOfItsExceptions(
            @ForAll("sets") Set<IpAddress> listed,
            @ForAll("blockLists") List<IpBlock> blocks,
            @ForAll("addresses") IpAddress asked) {
        boolean expected = listed.contains(asked)
                || blocks.stream()
                        .anyMatch(block -> block.cidr().contains(asked)
                                && block.except().stream().noneMatch(each -> each.contains(asked)));

        assertThat(PeerSet.of(listed, blocks).contains(asked.high(), asked.low()))
                .isEqualTo(expected);
    }

    @Provide
    Arbitrary<Set<IpAddress>> sets() {
        return addresses().set().ofMaxSize(60);
    }

    @Provide
    Arbitrary<List<IpBlock>> blockLists() {
        return blocks().list().ofMaxSize(3);
    }

    @Property
    void aPodIsFoundByEachOfItsAddresses(@ForAll("sets") Set<IpAddress> pods, @ForAll("addresses") IpAddress asked) {
        Map<IpAddress, PodPolicy> naive = new HashMap<>();
        pods.forEach(pod -> naive.put(pod, new PodPolicy(null, null, 0)));

        PolicyTable table = PolicyTable.of(naive, PeerSet.of(List.of(), List.of()));

        assertThat(table.of(asked.high(), asked.low())).isSameAs(naive.get(asked));
        assertThat(table.isEmpty()).as("there are policies, of whomever").isFalse();
    }

    @Property
    void whatNoRuleAdmitsIsNotAdmitted(
            @ForAll("rules") List<PolicyRule> rules,
            @ForAll("addresses") IpAddress peer,
            @ForAll("protocols") int protocol,
            @ForAll("ports") int port) {
        List<PolicyRule> admitting = rules.stream()
                .filter(rule -> rule.peers().contains(peer.high(), peer.low()))
                .filter(rule -> rule.ports().isEmpty()
                        || rule.ports().stream()
                                .anyMatch(range ->
                                        range.protocol() == protocol && range.first() <= port && port <= range.last()))
                .toList();

        PolicyRule found = new Isolation("", rules).admitting(peer.high(), peer.low(), protocol, port);

        assertThat(found).isSameAs(admitting.isEmpty() ? null : admitting.get(0));
    }

    @Provide
    Arbitrary<List<PolicyRule>> rules() {
        Arbitrary<PortRange> ranges = Combinators.combine(
                        Arbitraries.of(IpProtocol.TCP, IpProtocol.UDP, IpProtocol.SCTP), ports(), ports())
                .as((protocol, one, other) -> new PortRange(protocol, Math.min(one, other), Math.max(one, other)));
        Arbitrary<PeerSet> peers = Arbitraries.oneOf(
                Arbitraries.just(PeerSet.ANYBODY),
                Combinators.combine(sets(), blockLists()).as(PeerSet::of));
        return Combinators.combine(peers, ranges.list().ofMaxSize(2))
                .as((peer, ports) -> new PolicyRule("rule", peer, ports))
                .list()
                .ofMaxSize(4);
    }

    @Provide
    Arbitrary<Integer> ports() {
        return Arbitraries.integers().between(0, 20);
    }

    @Provide
    Arbitrary<Integer> protocols() {
        return Arbitraries.of(IpProtocol.ICMP, IpProtocol.TCP, IpProtocol.UDP, IpProtocol.SCTP, IpProtocol.ICMPV6);
    }

    @Example
    void aPortThatIsNotKnownIsOfAllPortsOnly() {
        assertThat(PortRange.all(IpProtocol.UDP).contains(IpProtocol.UDP, -1)).isTrue();
        assertThat(new PortRange(IpProtocol.UDP, 53, 53).contains(IpProtocol.UDP, -1))
                .isFalse();
    }

    @Example
    void rangesAreOfProtocolsWithPorts() {
        assertThatThrownBy(() -> new PortRange(IpProtocol.ICMP, 0, 0)).hasMessage("no ports: icmp 0 to 0");
        assertThatThrownBy(() -> new PortRange(IpProtocol.TCP, 2, 1)).hasMessage("no ports: tcp 2 to 1");
        assertThatThrownBy(() -> new PortRange(IpProtocol.TCP, 0, 65_536)).hasMessageContaining("65536");
    }

    @Example
    void manyAddressesAreAllFound() {
        Set<IpAddress> many = IntStream.range(0, 5_000)
                .mapToObj(i -> IpAddress.v4(0x0a20_0000 + i))
                .collect(Collectors.toSet());

        PeerSet set = PeerSet.of(many, List.of());

        assertThat(many).allMatch(address -> set.contains(address.high(), address.low()));
        assertThat(set.contains(0, IpAddress.mapped(0x0a21_0000 + 5_000))).isFalse();
    }
}
