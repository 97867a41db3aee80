package io.osier.agent.reconcile;

import io.osier.agent.model.Container;
import io.osier.agent.model.NetworkPolicy;
import io.osier.agent.model.Pod;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.policy.Isolation;
import io.osier.dataplane.policy.PeerSet;
import io.osier.dataplane.policy.PodPolicy;
import io.osier.dataplane.policy.PolicyRule;
import io.osier.dataplane.policy.PolicyTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All NetworkPolicies and pods, and what has come of them for this node's pods. The table is another one only if something has
 * changed that makes a difference to it, since with another one every flow is judged anew. Owned by one thread.
 */
final class CompiledPolicies {
    private final NodeSettings settings;
    private final LongSupplier nanoClock;
    private final NavigableMap<String, NetworkPolicy> policies = new TreeMap<>();
    private final NavigableMap<String, Pod> pods = new TreeMap<>();
    /** When pods were isolated that had not been before, by their uids. */
    private Map<String, Long> isolatedSince = new HashMap<>();
    /** The uids of pods that nothing isolates, as they were known last. */
    private Set<String> free = Set.of();

    private Set<PodSelection> selections = Set.of();
    private List<IpAddress> nodeAddresses = List.of();
    private PolicyTable table = PolicyTable.NONE;

    /** @param nanoClock the worker's */
    CompiledPolicies(NodeSettings settings, LongSupplier nanoClock) {
        this.settings = settings;
        this.nanoClock = nanoClock;
    }

    /**
     * Takes a change in.
     *
     * @param ownAddresses the node's own, beside its gateway's
     * @return what holds from now on
     */
    PolicyTable take(ClusterChange change, List<IpAddress> ownAddresses) {
        boolean different = change.begins() || !ownAddresses.equals(nodeAddresses);
        nodeAddresses = ownAddresses;
        if (policies.isEmpty() && !change.policies().isEmpty()) {
            free = ownUids();
        }
        if (change.begins()) {
            policies.clear();
            pods.clear();
        }
        for (Change<NetworkPolicy> each : change.policies()) {
            different = true;
            each.replace(
                    before -> policies.remove(EndpointSources.keyOf(before.metadata())),
                    after -> policies.put(EndpointSources.keyOf(after.metadata()), after));
        }
        for (Change<Pod> each : change.pods()) {
            different |= isNoticed(each);
            each.replace(
                    before -> pods.remove(EndpointSources.keyOf(before.metadata())),
                    after -> pods.put(EndpointSources.keyOf(after.metadata()), after));
        }
        if (different) {
            table = compile();
        }
        return table;
    }

    /** Whether a pod that some rule was made by, or one of this node, is another one in a way that rules are made by. */
    private boolean isNoticed(Change<Pod> change) {
        return !policies.isEmpty()
                && (change.before() == null || change.after() == null || !isAlike(change.before(), change.after()))
                && change.sides().anyMatch(pod -> isOwn(pod) || isMeant(pod));
    }

    private boolean isMeant(Pod pod) {
        return selections.stream().anyMatch(selection -> selection.matches(pod));
    }

    private static boolean isAlike(Pod before, Pod after) {
        return before.metadata().labels().equals(after.metadata().labels())
                && Objects.equals(before.metadata().uid(), after.metadata().uid())
                && Objects.equals(before.spec().nodeName(), after.spec().nodeName())
                && Objects.equals(before.status().podIP(), after.status().podIP())
                && before.status().hasEnded() == after.status().hasEnded()
                && portsOf(before).equals(portsOf(after));
    }

    private static List<Container.ContainerPort> portsOf(Pod pod) {
        return pod.spec().containers().stream()
                .flatMap(container -> container.ports().stream())
                .toList();
    }

    private Set<String> ownUids() {
        return pods.values().stream()
                .filter(this::isOwn)
                .map(CompiledPolicies::uidOf)
                .collect(Collectors.toSet());
    }

    private static String uidOf(Pod pod) {
        return String.valueOf(pod.metadata().uid());
    }

    private boolean isOwn(Pod pod) {
        return settings.nodeName().equals(pod.spec().nodeName());
    }

    private PolicyTable compile() {
        if (policies.isEmpty()) {
            isolatedSince.clear();
            return PolicyTable.NONE;
        }
        PolicyRules rules = new PolicyRules(settings, pods.values());
        Map<String, Long> since = new HashMap<>();
        Set<String> freeNow = new HashSet<>();
        Map<IpAddress, PodPolicy> byAddress = new HashMap<>();
        pods.values().stream().filter(this::isOwn).forEach(pod -> {
            PodPolicy policy = policyOf(pod, rules, since);
            if (!policy.isolates()) {
                freeNow.add(uidOf(pod));
            }
            // Of two pods that say one address nobody knows who has it.
            PolicyRules.addressesOf(settings, pod)
                    .forEach(address -> byAddress.merge(address, policy, (one, other) -> PodPolicy.UNKNOWN));
        });
        isolatedSince = since;
        free = freeNow;
        selections = Set.copyOf(rules.selections());
        return PolicyTable.of(byAddress, PeerSet.of(Set.copyOf(nodeAddresses), List.of()));
    }

    private PodPolicy policyOf(Pod pod, PolicyRules rules, Map<String, Long> since) {
        List<NetworkPolicy> its = policies.values().stream()
                .filter(policy -> PodSelection.of(policy).matches(pod))
                .toList();
        if (its.isEmpty()) {
            return PodPolicy.FREE;
        }
        String uid = uidOf(pod);
        Long before = isolatedSince.get(uid);
        long sinceNanos = before != null
                ? before
                : free.contains(uid) ? nanoClock.getAsLong() : nanoClock.getAsLong() - PodPolicy.OLDER_NANOS;
        since.put(uid, sinceNanos);
        return new PodPolicy(
                isolation(its.stream().filter(policy -> policy.spec().isolatesIngress()), rules::ingress, pod),
                isolation(
                        its.stream().filter(policy -> policy.spec().isolatesEgress()),
                        (policy, sender) -> rules.egress(policy),
                        pod),
                sinceNanos);
    }

    private interface Direction {
        List<PolicyRule> rules(NetworkPolicy policy, Pod pod);
    }

    private static @Nullable Isolation isolation(Stream<NetworkPolicy> isolating, Direction direction, Pod pod) {
        List<String> names = new ArrayList<>();
        List<PolicyRule> admitting = new ArrayList<>();
        isolating.forEach(policy -> {
            names.add(EndpointSources.keyOf(policy.metadata()));
            admitting.addAll(direction.rules(policy, pod));
        });
        return names.isEmpty() ? null : new Isolation(String.join(", ", names), admitting);
    }
}
