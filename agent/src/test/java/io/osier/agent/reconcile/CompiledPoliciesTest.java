package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.Json;
import io.osier.agent.model.Manifest;
import io.osier.agent.model.Manifests;
import io.osier.agent.model.NetworkPolicy;
import io.osier.agent.model.Pod;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.policy.Isolation;
import io.osier.dataplane.policy.PodPolicy;
import io.osier.dataplane.policy.PolicyTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** Policies and pods in, what a node's pods may receive and send out. */
class CompiledPoliciesTest {
    private static final List<Integer> PORTS = List.of(53, 80, 8000, 8079, 8080, 8081);
    private static final NodeSettings SETTINGS = new NodeSettings(
            "node-a",
            IpPrefix.parse("10.32.0.0/12"),
            IpPrefix.parse("10.96.0.0/12"),
            new Ipv6Ranges(RandomManifests.PODS6, IpPrefix.parse("fd00:2::/112")),
            IpPrefix.parse("10.32.0.0/24"),
            true);

    private long nowNanos = 1_000;
    private final CompiledPolicies compiled = new CompiledPolicies(SETTINGS, () -> nowNanos);

    private static Pod pod(String name, String node, String address, String labels) {
        return (Pod) only("""
                {apiVersion: v1, kind: Pod, metadata: {name: %1$s, uid: uid-%1$s, labels: {%4$s}}, spec: {nodeName: %2$s},
                 status: {podIP: %3$s, podIPs: [{ip: %3$s}]}}
                """.formatted(name, node, address, labels));
    }

    private static NetworkPolicy policy(String name, String spec) {
        return (NetworkPolicy)
                only("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: %s}, spec: {%s}}"
                        .formatted(name, spec));
    }

    private static Object only(String manifest) {
        List<Manifest> read = Manifests.read(manifest);
        assertThat(read).hasSize(1);
        return read.get(0).bind();
    }

    private static ClusterChange change(List<Change<Pod>> pods, List<Change<NetworkPolicy>> policies) {
        return new ClusterChange(false, List.of(), pods, List.of(), List.of(), List.of(), policies);
    }

    private PolicyTable take(List<Pod> pods, NetworkPolicy... policies) {
        return compiled.take(
                change(
                        pods.stream().map(Change::appeared).toList(),
                        List.of(policies).stream().map(Change::appeared).toList()),
                List.of());
    }

    private static PodPolicy at(PolicyTable table, String address) {
        IpAddress parsed = IpAddress.parse(address);
        return Objects.requireNonNull(table.of(parsed.high(), parsed.low()));
    }

    @Example
    void withoutPoliciesNothingIsAsked() {
        assertThat(take(List.of(pod("web", "node-a", "10.32.0.2", "app: web")))).isSameAs(PolicyTable.NONE);
    }

    @Example
    void ownPodsAreKnownByAllTheirAddressesAndOthersAreNot() {
        PolicyTable table = take(
                List.of(
                        pod("web", "node-a", "10.32.0.2", "app: web"),
                        pod("db", "node-a", "10.32.0.3", "app: db"),
                        pod("far", "node-b", "10.32.1.2", "app: web")),
                policy("deny", "podSelector: {matchLabels: {app: web}}"));

        for (String address : List.of("10.32.0.2", "fd00:1::a20:2", "fe80::858:aff:fe20:2")) {
            assertThat(at(table, address).ingress()).as(address).isNotNull();
        }
        assertThat(at(table, "10.32.0.3").isolates()).isFalse();
        IpAddress far = IpAddress.parse("10.32.1.2");
        assertThat(table.of(far.high(), far.low())).isNull();
    }

    @Example
    void thoseThatIsolateAndTheRuleThatAllowsAreNamed() {
        PolicyTable table = take(
                List.of(pod("web", "node-a", "10.32.0.2", "app: web"), pod("far", "node-b", "10.32.1.2", "app: far")),
                policy("allow", "podSelector: {}, ingress: [{}, {from: [{podSelector: {matchLabels: {app: far}}}]}]"),
                policy("deny", "podSelector: {}"));

        var ingress = Objects.requireNonNull(at(table, "10.32.0.2").ingress());
        assertThat(ingress.policies()).isEqualTo("default/allow, default/deny");
        assertThat(ingress.rules())
                .extracting(rule -> rule.name())
                .containsExactly("default/allow, ingress rule 1", "default/allow, ingress rule 2");
        assertThat(at(table, "10.32.0.2").egress()).isNull();
    }

    @Example
    void theTableIsAnotherOneOnlyIfSomethingCounts() {
        Pod web = pod("web", "node-a", "10.32.0.2", "app: web");
        Pod far = pod("far", "node-b", "10.32.1.2", "app: far");
        PolicyTable table = take(
                List.of(web, far),
                policy("allow", "podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: far}}}]}]"));

        Pod stranger = pod("stranger", "node-b", "10.32.1.3", "app: stranger");
        assertThat(take(List.of(stranger))).as("whom no rule means").isSameAs(table);
        Pod restarted = Pod.of(far.metadata(), far.spec(), far.status().alsoAt(IpAddress.parse("fd00:1::a20:102")));
        assertThat(compiled.take(change(List.of(new Change<>(far, restarted)), List.of()), List.of()))
                .as("its status alone")
                .isSameAs(table);
        assertThat(compiled.take(change(List.of(new Change<>(restarted, null)), List.of()), List.of()))
                .as("somebody whom a rule means has gone")
                .isNotSameAs(table);
        PolicyTable without = compiled.take(change(List.of(), List.of()), List.of(IpAddress.parse("172.30.0.1")));
        assertThat(without.isOfNode(0, IpAddress.mapped(0xac1e_0001))).isTrue();
    }

    @Example
    void aPodThatWasFreeMayHaveOlderConnectionsForAWhile() {
        take(List.of(pod("web", "node-a", "10.32.0.2", "app: web")));
        assertThat(at(take(List.of(), policy("deny", "podSelector: {}")), "10.32.0.2")
                        .sinceNanos())
                .isEqualTo(1_000);

        nowNanos = 2_000;
        PolicyTable table =
                take(List.of(pod("later", "node-a", "10.32.0.3", "app: web")), policy("other", "podSelector: {}"));
        assertThat(at(table, "10.32.0.2").sinceNanos()).isEqualTo(1_000);
        assertThat(at(table, "10.32.0.3").sinceNanos())
                .as("isolated from the beginning")
                .isEqualTo(2_000 - PodPolicy.OLDER_NANOS);
    }

    @Example
    void aPodThatALabelFreedAndIsolatesAgainIsYoungAgain() {
        Pod web = pod("web", "node-a", "10.32.0.2", "app: web");
        Pod other = pod("web", "node-a", "10.32.0.2", "app: other");
        take(List.of(web), policy("deny", "podSelector: {matchLabels: {app: web}}"));
        compiled.take(change(List.of(new Change<>(web, other)), List.of()), List.of());

        PolicyTable table = compiled.take(change(List.of(new Change<>(other, web)), List.of()), List.of());

        assertThat(at(table, "10.32.0.2").sinceNanos()).isEqualTo(1_000);
    }

    @Example
    void anAddressThatAPodOnlyAsksForIsNotItsOwn() {
        Pod asking = (Pod) only("""
                {apiVersion: v1, kind: Pod, metadata: {name: zzz, uid: z, labels: {app: front}},
                 spec: {nodeName: node-a, podIP: 10.32.0.2}, status: {phase: Pending}}
                """);
        PolicyTable table = take(
                List.of(pod("db", "node-a", "10.32.0.2", "app: db"), pod("x", "node-a", "10.32.0.3", "app: x"), asking),
                policy(
                        "allow",
                        "podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: front}}}]}]"));

        assertThat(at(table, "10.32.0.2").isolates()).isTrue();
        assertThat(isAdmitted(at(table, "10.32.0.2").ingress(), "10.32.0.2")).isFalse();
    }

    @Example
    void ofTwoPodsWithOneAddressNobodyIsBelieved() {
        PolicyTable table = take(
                List.of(pod("a", "node-a", "10.32.0.2", "app: a"), pod("b", "node-a", "10.32.0.2", "app: b")),
                policy("deny", "podSelector: {matchLabels: {app: a}}"));

        assertThat(at(table, "10.32.0.2")).isSameAs(PodPolicy.UNKNOWN);
    }

    @Example
    void aNameOfAPortOfAnybodyIsFollowed() {
        take(
                List.of(pod("db", "node-a", "10.32.0.2", "app: db")),
                policy("allow", "podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: web}]}]"));
        Pod far = (Pod) only("""
                {apiVersion: v1, kind: Pod, metadata: {name: far, uid: uid-far}, spec: {nodeName: node-b,
                 containers: [{name: c, command: [x], ports: [{name: web, containerPort: 80}]}]},
                 status: {podIP: 10.32.1.3, podIPs: [{ip: 10.32.1.3}]}}
                """);

        assertThat(isAdmitted(at(take(List.of(far)), "10.32.0.2").egress(), "10.32.1.3"))
                .isTrue();
    }

    @Example
    void aPodThatHasEndedIsNobodysPeer() {
        Pod done = (Pod) only("""
                {apiVersion: v1, kind: Pod, metadata: {name: job, uid: u, labels: {app: front}}, spec: {nodeName: node-b},
                 status: {phase: Succeeded, podIP: 10.32.1.3, podIPs: [{ip: 10.32.1.3}]}}
                """);
        PolicyTable table = take(
                List.of(pod("db", "node-a", "10.32.0.2", "app: db"), done),
                policy(
                        "allow",
                        "podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: front}}}]}]"));

        assertThat(isAdmitted(at(table, "10.32.0.2").ingress(), "10.32.1.3")).isFalse();
    }

    @Example
    void onePodThatNobodyCanReadKeepsNoOtherFromBeingIsolated() {
        Pod spoilt = Json.read("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"spoilt","uid":"u"},
                 "spec":{"nodeName":"node-a"},"status":{"phase":"Running","podIP":"banana"}}
                """.getBytes(StandardCharsets.UTF_8), Pod.class);

        PolicyTable table = take(
                List.of(pod("db", "node-a", "10.32.0.2", "app: db"), spoilt),
                policy("allow", "podSelector: {}, ingress: [{from: [{podSelector: {}}]}]"));

        assertThat(at(table, "10.32.0.2").isolates()).isTrue();
    }

    private static boolean isAdmitted(@Nullable Isolation isolation, String peer) {
        IpAddress address = IpAddress.parse(peer);
        return Objects.requireNonNull(isolation).admitting(address.high(), address.low(), IpProtocol.TCP, 80) != null;
    }

    @Property(tries = 200)
    void whatPassesIsWhatKubernetesSays(@ForAll long seed) {
        Random random = new Random(seed);
        ChangingCluster cluster = new ChangingCluster(random);
        PolicyTable table = PolicyTable.NONE;
        for (int i = 0; i < 40; i++) {
            cluster.change();
            table = random.nextBoolean() ? compiled.take(cluster.takeChanges(), List.of()) : table;
        }
        table = compiled.take(cluster.takeChanges(), List.of());
        ClusterState state = cluster.state();
        NaivePolicies naive = new NaivePolicies(state);
        Set<String> seen = new HashSet<>();
        List<Pod> own = new ArrayList<>(state.pods());
        own.removeIf(
                pod -> !"node-a".equals(pod.spec().nodeName()) || pod.status().podIP() == null);
        own.removeIf(pod -> state.pods().stream()
                        .filter(other -> Objects.equals(
                                other.status().podIP(), pod.status().podIP()))
                        .count()
                > 1); // of two pods with one address nobody knows who is meant
        for (Pod pod : own) {
            if (state.policies().isEmpty()
                    || !seen.add(String.valueOf(pod.status().podIP()))) {
                continue;
            }
            List<String> expected = new ArrayList<>();
            expected.addAll(verdicts(naive, pod, true));
            expected.addAll(verdicts(naive, pod, false));
            IpAddress address = IpAddress.parse(String.valueOf(pod.status().podIP()));
            assertThat(PolicyVerdicts.of(table, address, PORTS)).isEqualTo(expected);
        }
    }

    private static List<String> verdicts(NaivePolicies naive, Pod pod, boolean ingress) {
        String direction = ingress ? "ingress" : "egress";
        if (naive.isolating(pod, ingress).isEmpty()) {
            return List.of(direction + " everything");
        }
        List<String> verdicts = new ArrayList<>();
        for (IpAddress peer : PolicyVerdicts.peers()) {
            for (int protocol : PolicyVerdicts.PROTOCOLS) {
                for (int port : PORTS) {
                    if (naive.allows(pod, ingress, peer, protocol, port)) {
                        verdicts.add(direction + " " + peer + " " + IpProtocol.name(protocol) + " " + port);
                    }
                }
            }
        }
        return verdicts;
    }
}
