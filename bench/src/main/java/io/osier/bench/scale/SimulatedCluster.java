package io.osier.bench.scale;

import io.osier.agent.ipam.AddressClaims;
import io.osier.agent.ipam.Claimant;
import io.osier.agent.ipam.SubnetClaim;
import io.osier.agent.ipam.SubnetLeases;
import io.osier.agent.model.Endpoints;
import io.osier.agent.model.Node;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodStatus;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.agent.store.Keys;
import io.osier.agent.store.Keyspace;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.Versioned;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster that is nothing but a store and those who write to it: each step asks the store what an agent asks, with the agent's
 * own classes. Nothing runs by itself, so that the same steps give the same state.
 */
final class SimulatedCluster implements AutoCloseable {
    private static final IpPrefix PODS = IpPrefix.parse("10.32.0.0/12");
    private static final IpPrefix SERVICES = IpPrefix.parse("10.96.0.0/12");
    private static final int SUBNET_BITS = 24;

    private final ScalePlan plan;
    private final ClusterObjects made;
    private final MemoryStore store = new MemoryStore();
    private final ObjectStore objects = new ObjectStore(store);
    private final AddressClaims claims = new AddressClaims(store);
    private final SubnetLeases leases = new SubnetLeases(store, PODS, SUBNET_BITS);
    private final List<Member> members = new ArrayList<>();
    private final List<Instance> instances = new ArrayList<>();

    /** One pod that is there. */
    private record Instance(String name, int service, Member member) {}

    SimulatedCluster(ScalePlan plan) {
        this.plan = plan;
        this.made = new ClusterObjects(plan);
    }

    MemoryStore store() {
        return store;
    }

    List<Member> members() {
        return members;
    }

    static NodeSettings settings(Member member) {
        return new NodeSettings(member.name(), PODS, SERVICES, member.subnet(), true);
    }

    /** A node takes a lease and enters itself, as an agent does that has never run. */
    Member join() {
        int number = members.isEmpty() ? 0 : members.get(members.size() - 1).number() + 1;
        String name = ClusterObjects.nodeName(number);
        String underlay = ClusterObjects.underlay(number).toString();
        SubnetClaim claim = new SubnetClaim(
                store,
                leases,
                Clock.fixed(ClusterObjects.MADE, ZoneOffset.UTC),
                new Claimant(name, "identity-of-" + name, underlay),
                node -> false);
        List<IpPrefix> foreign = objects.list(Keys.NODES, Node.class).stream()
                .filter(node -> node.spec().foreign())
                .flatMap(node -> node.spec().podCIDRs().stream())
                .map(IpPrefix::parse)
                .toList();
        IpPrefix subnet = claim.acquire(null, false, foreign);
        objects.put(Keys.node(name), made.node(number, subnet.toString()));
        Member member = new Member(number, subnet, claim);
        members.add(member);
        return member;
    }

    /** The node that came last is deleted, as {@code osier delete node} does it; it has no pods. */
    void removeLast() {
        Member member = members.remove(members.size() - 1);
        objects.delete(Keys.node(member.name()));
        leases.release(member.name());
    }

    /** All nodes, pods and services of the plan. */
    void fill() {
        while (members.size() < plan.nodes()) {
            join();
        }
        List<Integer> places =
                new ArrayList<>(IntStream.range(0, plan.pods()).boxed().toList());
        Collections.shuffle(places, new Random(plan.seed()));
        for (int i = 0; i < plan.pods(); i++) {
            int service = i % plan.services();
            String name = ClusterObjects.serviceName(service) + "-" + i / plan.services();
            Instance instance = new Instance(name, service, members.get(places.get(i) % plan.nodes()));
            instances.add(instance);
            start(instance);
        }
        IpAddress last = null;
        for (int i = 0; i < plan.services(); i++) {
            last = addService(i, last);
        }
    }

    /** A service, with an address of its own and, if it has no selector, the endpoints that there are for it. */
    private IpAddress addService(int number, @Nullable IpAddress after) {
        String key = serviceKey(number);
        IpAddress address = claims.claimNext(SERVICES, after, key).orElseThrow();
        objects.create(key, made.service(number, address));
        if (ClusterObjects.isByHand(number)) {
            List<String> addresses = new ArrayList<>();
            for (int i = number; i < instances.size(); i += plan.services()) {
                addresses.add(addressOf(keyOf(instances.get(i))));
            }
            objects.create(endpointsKey(number), made.endpoints(number, addresses));
        }
        return address;
    }

    /** Create, claim, say that it starts, say that it runs. */
    private void start(Instance instance) {
        String key = keyOf(instance);
        Member member = instance.member();
        objects.create(key, made.pod(instance.name(), instance.service(), member.name()));
        IpAddress address =
                claims.claimNext(member.subnet(), member.lastAddress(), key).orElseThrow();
        member.gave(address);
        setStatus(key, PodStatus.notReady("Pending", address.toString(), 0, "ContainerCreating", "starting"));
        setStatus(key, PodStatus.running(address.toString(), 0));
    }

    /** Mark it, remove it, give its address back. */
    private void stop(Instance instance) {
        String key = keyOf(instance);
        String address = addressOf(key);
        objects.update(
                key, Pod.class, pod -> Pod.of(pod.metadata().deletedAt(ClusterObjects.MADE), pod.spec(), pod.status()));
        objects.delete(key);
        claims.release(IpAddress.parse(address), key);
    }

    private void setStatus(String key, PodStatus status) {
        objects.update(key, Pod.class, pod -> Pod.of(pod.metadata(), pod.spec(), status));
    }

    private String addressOf(String key) {
        return Objects.requireNonNull(
                objects.get(key, Pod.class).orElseThrow().status().podIP());
    }

    /** A pod is replaced by another of its service on its node, as a rolling change does it. */
    void replacePod(int number) {
        int index = number % instances.size();
        Instance old = instances.get(index);
        Instance next = new Instance(old.name() + "x", old.service(), old.member());
        instances.set(index, next);
        start(next);
        stop(old);
    }

    /** A pod's readiness turns: one write, which changes one service. */
    void turnPod(int number) {
        String key = keyOf(instances.get(number % instances.size()));
        objects.update(key, Pod.class, pod -> {
            String address = Objects.requireNonNull(pod.status().podIP());
            PodStatus status = pod.status().ready()
                    ? PodStatus.notReady("Running", address, 1, "CrashLoopBackOff", "exit code 1")
                    : PodStatus.running(address, 1);
            return Pod.of(pod.metadata(), pod.spec(), status);
        });
    }

    /** The endpoints of a service without a selector are replaced: one write. */
    void turnEndpoints(int number) {
        int byHand = plan.services() / ClusterObjects.BY_HAND;
        int service = number % byHand * ClusterObjects.BY_HAND + ClusterObjects.BY_HAND - 1;
        String address = addressOf(keyOf(instances.get(number % instances.size())));
        objects.update(
                endpointsKey(service),
                Endpoints.class,
                present -> Endpoints.of(
                        present.metadata(),
                        made.endpoints(service, List.of(address)).subsets()));
    }

    /** What an agent asks every ten seconds: it shows that it is there, and sees whether its lease and its entry are. */
    void beat(Member member) {
        String key = Keys.presence(member.name());
        long revision = store.get(key).map(Versioned::revision).orElse(Keyspace.ABSENT);
        store.compareAndSet(key, revision, ("identity-of-" + member.name()).getBytes(StandardCharsets.UTF_8));
        if (!member.claim().holds(member.subnet())
                || store.get(Keys.node(member.name())).isEmpty()) {
            throw new IllegalStateException(member.name() + " has lost its place");
        }
    }

    /** What an agent asks every second: whether the store answers. */
    void probe() {
        store.get("writers/none");
    }

    /** What {@code osier get pods} asks, and whoever chooses a node for a pod. */
    int readAllPods() {
        return objects.list(Keys.PODS, Pod.class).size();
    }

    private String keyOf(Instance instance) {
        return Keys.pod(ClusterObjects.namespaceOf(plan, instance.service()), instance.name());
    }

    private String serviceKey(int number) {
        return Keys.service(ClusterObjects.namespaceOf(plan, number), ClusterObjects.serviceName(number));
    }

    private String endpointsKey(int number) {
        return Keys.endpoints(ClusterObjects.namespaceOf(plan, number), ClusterObjects.serviceName(number));
    }

    @Override
    public void close() {
        store.close();
    }
}
