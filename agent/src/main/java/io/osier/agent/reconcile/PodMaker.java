package io.osier.agent.reconcile;

import io.osier.agent.ipam.AddressClaims;
import io.osier.agent.model.ContainerStatus;
import io.osier.agent.model.ContainerStatuses;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodStatus;
import io.osier.agent.pod.CommandId;
import io.osier.agent.pod.CommandStatus;
import io.osier.agent.pod.CommandSupervisor;
import io.osier.agent.pod.CrashPoint;
import io.osier.agent.pod.PodCommand;
import io.osier.agent.pod.PodLink;
import io.osier.agent.pod.PodNamespaces;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.Stage;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreException;
import io.osier.dataplane.packet.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps that make a pod: an address, a namespace, a link, commands, and word of it in the store. Each step may be done
 * again, so a pod that was half made when the agent died is simply made.
 */
public final class PodMaker implements PodSteps {
    private static final Logger LOG = LoggerFactory.getLogger(PodMaker.class);

    private static final int POLICY_LOOKS = 100;
    private static final long POLICY_LOOK_MILLIS = 5;

    private final NodeSettings settings;
    private final StateStore store;
    private final AddressClaims claims;
    private final ObjectStore objects;
    private final PodNamespaces namespaces;
    private final PodLink link;
    private final CommandSupervisor commands;
    private final PodEnvironment environment;
    private final Map<String, Pod> made = new ConcurrentHashMap<>();
    private final Map<String, IpAddress> claimed = new HashMap<>(); // by pods that have no status yet
    private @Nullable IpAddress lastAddress;

    public PodMaker(
            NodeSettings settings,
            StateStore store,
            PodNamespaces namespaces,
            PodLink link,
            CommandSupervisor commands) {
        this.settings = settings;
        this.store = store;
        this.claims = new AddressClaims(store);
        this.objects = new ObjectStore(store);
        this.namespaces = namespaces;
        this.link = link;
        this.commands = commands;
        environment = new PodEnvironment(settings);
    }

    /** The network namespace of a pod: its name, and for other Kubernetes namespaces {@code NAME.NAMESPACE}. */
    public static String namespaceOf(Pod pod) {
        String namespace = pod.metadata().namespace();
        String name = pod.metadata().name();
        return namespace == null || namespace.equals(ObjectMeta.DEFAULT_NAMESPACE) ? name : name + "." + namespace;
    }

    @Override
    public void make(Pod pod) {
        String namespace = namespaceOf(pod);
        IpAddress address = claimAddress(pod);
        CrashPoint.ADDRESS_CLAIMED.reached();
        if (namespaces.ensure(namespace)) {
            commands.stopLeftOver(namespace); // its namespace was deleted while no agent was there
        }
        try {
            link.connect(namespace, address);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        } catch (RuntimeException e) {
            link.disconnect(namespace);
            throw e;
        }
        CrashPoint.CONNECTED.reached();
        made.put(namespace, pod);
        if (pod.status().hasEnded()) {
            return;
        }
        List<PodCommand> wanted = environment.commandsOf(pod, address);
        if (!wanted.isEmpty() || !link.isKnown(address)) {
            setStarting(pod, address.toString());
            awaitPolicies(address);
        }
        start(pod, wanted, address);
    }

    @Override
    public void tell(Pod pod) {
        String ip = pod.status().podIP();
        if (ip != null) {
            IpAddress address = IpAddress.parse(ip);
            start(pod, environment.commandsOf(pod, address), address);
        }
    }

    /** Those that run only tell how they are. */
    private void start(Pod pod, List<PodCommand> wanted, IpAddress address) {
        if (wanted.isEmpty()) {
            setStatus(pod, PodStatus.running(address.toString(), 0));
        }
        wanted.forEach(commands::start);
    }

    /**
     * Until the dataplane has heard of the pod's address, by way of the store, and knows which policies are the pod's, its packets are
     * dropped; so its first ones are not lost. If the store is slow they are.
     */
    private void awaitPolicies(IpAddress address) {
        try {
            for (int i = 0; i < POLICY_LOOKS && !link.isKnown(address); i++) {
                TimeUnit.MILLISECONDS.sleep(POLICY_LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the end
        }
    }

    @Override
    public boolean isThere(String namespace) {
        return namespaces.isOurs(namespace);
    }

    @Override
    public void unmake(String namespace) {
        made.remove(namespace);
        commands.stop(namespace);
        CrashPoint.COMMAND_ENDED.reached();
        link.disconnect(namespace);
        CrashPoint.DISCONNECTED.reached();
        namespaces.delete(namespace);
        CrashPoint.UNMADE.reached();
    }

    @Override
    public void forget(Pod pod) {
        String owner = keyOf(pod);
        Stage stage;
        do {
            stage = new Stage(store);
            ObjectStore staged = new ObjectStore(stage);
            if (staged.get(owner, Pod.class)
                    .filter(present -> isSame(present, pod))
                    .isEmpty()) {
                return; // done by another round; the name, and the claims in it, may be another pod's by now
            }
            staged.delete(owner);
            AddressClaims its = new AddressClaims(stage);
            Stream.of(pod.status().podIP(), pod.spec().podIP())
                    .filter(Objects::nonNull)
                    .map(IpAddress::parse)
                    .forEach(address -> its.release(address, owner));
            Stream.ofNullable(claimed.get(owner)).forEach(unused -> its.release(unused, owner));
        } while (!stage.commit());
        claimed.remove(owner);
        CrashPoint.OBJECT_DELETED.reached();
    }

    private static boolean isSame(Pod one, Pod other) {
        return Objects.equals(one.metadata().uid(), other.metadata().uid());
    }

    @Override
    public List<String> leftOvers() {
        try {
            claims.releaseOrphans(); // of an agent that died between two steps
            claimed.putAll(claims.held(settings.subnet(), Keys.PODS)); // of pods whose status it did not come to write
        } catch (StoreException e) {
            LOG.warn("addresses that nobody uses any more stay claimed: {}", e.getMessage());
        }
        return namespaces.list();
    }

    /** The supervisor's word on a command of a pod. */
    public void commandChanged(CommandId id, CommandStatus status) {
        Pod pod = made.get(id.namespace());
        if (pod == null) {
            return;
        }
        objects.update(keyOf(pod), Pod.class, present -> {
            String address = present.status().podIP();
            if (address == null
                    || !Objects.equals(present.metadata().uid(), pod.metadata().uid())) {
                return null;
            }
            List<ContainerStatus> containers = ContainerStatuses.of(present).stream()
                    .map(each -> each.name().equals(id.container()) ? statusOf(id.container(), status) : each)
                    .toList();
            return Pod.of(
                    present.metadata(), present.spec(), withIpv6(ContainerStatuses.podStatus(address, containers)));
        });
    }

    private static ContainerStatus statusOf(String name, CommandStatus status) {
        return switch (status.phase()) {
            case RUNNING -> ContainerStatus.running(name, status.restarts());
            case WAITING -> ContainerStatus.waiting(name, status.restarts(), "CrashLoopBackOff", status.message());
            case SUCCEEDED, FAILED ->
                ContainerStatus.terminated(name, status.restarts(), status.exitCode(), status.message());
        };
    }

    /** A pod whose commands have gone on without an agent stays ready, so that it keeps its place behind its services. */
    private void setStarting(Pod pod, String address) {
        if (!address.equals(pod.status().podIP()) || pod.status().hasNotBegun()) {
            setStatus(pod, PodStatus.starting(address));
        }
    }

    private void setStatus(Pod pod, PodStatus status) {
        objects.update(
                keyOf(pod),
                Pod.class,
                present ->
                        Objects.equals(present.metadata().uid(), pod.metadata().uid())
                                ? Pod.of(present.metadata(), present.spec(), withIpv6(status))
                                : null);
    }

    private PodStatus withIpv6(PodStatus status) {
        String address = status.podIP();
        return address == null ? status : status.alsoAt(settings.ipv6Of(IpAddress.parse(address)));
    }

    private IpAddress claimAddress(Pod pod) {
        String owner = keyOf(pod);
        String wanted =
                pod.status().podIP() != null ? pod.status().podIP() : pod.spec().podIP();
        if (wanted != null) {
            IpAddress address = IpAddress.parse(wanted);
            if (!isClaimed(pod, address, owner)) {
                throw new IllegalStateException("address " + address + " is taken by "
                        + claims.ownerOf(address).orElse("somebody else"));
            }
            return address;
        }
        IpAddress before = claimed.get(owner);
        if (before != null && claims.claim(before, owner)) {
            return before;
        }
        IpAddress address = claims.claimNext(settings.subnet(), lastAddress, owner)
                .orElseThrow(() -> new IllegalStateException("every address of " + settings.subnet() + " is taken"));
        lastAddress = address;
        claimed.put(owner, address);
        return address;
    }

    /** An address stands in a pod's status only after it was claimed, so that it holds also while the store is away. */
    private boolean isClaimed(Pod pod, IpAddress address, String owner) {
        try {
            return claims.claim(address, owner);
        } catch (StoreException e) {
            if (pod.status().podIP() == null) {
                throw e;
            }
            return true;
        }
    }

    static String keyOf(Pod pod) {
        String namespace = Objects.requireNonNullElse(pod.metadata().namespace(), ObjectMeta.DEFAULT_NAMESPACE);
        return Keys.pod(namespace, pod.metadata().name());
    }
}
