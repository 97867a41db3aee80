package io.osier.agent.api.server;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.ipam.SubnetLeases;
import io.osier.agent.model.Container;
import io.osier.agent.model.Json;
import io.osier.agent.model.Lease;
import io.osier.agent.model.Pod;
import io.osier.agent.model.Service;
import io.osier.agent.pod.CommandId;
import io.osier.agent.pod.CommandSupervisor;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.agent.reconcile.PodMaker;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.observe.PacketBalance;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.service.FilterListing;
import io.osier.dataplane.service.ListedFamily;
import io.osier.dataplane.service.RulesListing;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.worker.CountersSnapshot;
import io.osier.dataplane.worker.StationSnapshot;
import io.osier.dataplane.worker.TablesSnapshot;
import io.osier.dataplane.worker.Worker;
import io.osier.dataplane.worker.WorkerProxy;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What one node's dataplane is doing, as trees for the answer. */
final class NodeView {
    private static final long DEADLINE_SECONDS = 5;

    private final NodeSettings settings;
    private final String tunnelDevice;
    private final String hostDevice;
    private final WorkerProxy worker;
    private final Runnable countOverflow;
    private final ObjectStore objects;
    private final SubnetLeases leases;
    private final CommandSupervisor commands;
    private final ObjectNode description;

    /**
     * @param countOverflow brings the counters up to date with what the kernel counts
     * @param description what {@code status} says beside what changes
     */
    NodeView(
            NodeSettings settings,
            int vni,
            String hostDevice,
            WorkerProxy worker,
            Runnable countOverflow,
            ObjectStore objects,
            SubnetLeases leases,
            CommandSupervisor commands,
            ObjectNode description) {
        this.settings = settings;
        this.tunnelDevice = "vxlan" + vni;
        this.hostDevice = hostDevice;
        this.worker = worker;
        this.countOverflow = countOverflow;
        this.objects = objects;
        this.leases = leases;
        this.commands = commands;
        this.description = description;
    }

    private <T> T ask(Function<Worker, T> question) {
        return worker.ask(question)
                .orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    ObjectNode status() {
        countOverflow.run();
        CountersSnapshot counters = ask(Worker::counters);
        ForwardingState state = ask(Worker::state);
        ObjectNode status = description.deepCopy();
        ObjectNode dataplane = status.putObject("dataplane");
        dataplane.put("generation", state.generation());
        dataplane.put(
                "pods",
                counters.ports().keySet().stream()
                        .filter(port -> port.kind() == PortKind.POD)
                        .count());
        dataplane.put("services", state.services().services().size());
        dataplane.put("flows", ask(Worker::connections).size());
        dataplane.set("balance", balance(counters.balance()));
        Map<String, Integer> mtus = ask(Worker::tunnelMtuBytes);
        var peers = status.putArray("peers");
        for (Peer peer : state.peers()) {
            ObjectNode entry = peers.addObject();
            entry.put("name", peer.name())
                    .put("address", peer.underlay().toString())
                    .put("foreign", peer.foreign())
                    .put("remoteChecksum", peer.remoteChecksum());
            int mtuBytes = mtus.getOrDefault(peer.name(), Port.NO_LIMIT);
            if (mtuBytes != Port.NO_LIMIT) {
                entry.put("mtuBytes", mtuBytes);
            }
            CountersSnapshot.PortTotals totals = counters.ports().get(new PortId(PortKind.TUNNEL, peer.name()));
            if (totals != null) {
                entry.put("receivedPackets", totals.receivedPackets())
                        .put("transmittedPackets", totals.transmittedPackets());
            }
        }
        return status;
    }

    /** Where pods are, by their addresses of this family. */
    ObjectNode routes(ListedFamily family) {
        if (family == ListedFamily.IPV6 && settings.ipv6() == null) {
            throw new ApiError(400, "BadRequest", "node " + settings.nodeName() + " has no IPv6 range");
        }
        RouteView view = new RouteView(settings, hostDevice, tunnelDevice);
        return ObjectRoutes.listOf(ask(Worker::state).routes().routes().stream()
                .map(route -> family == ListedFamily.IPV4 ? view.ipv4(route) : view.ipv6(route))
                .toList());
    }

    /** Known and learned stations, then the pods of other nodes, whose MAC addresses follow from their addresses. */
    ObjectNode stations() {
        ForwardingState state = ask(Worker::state);
        List<ObjectNode> items = new ArrayList<>();
        for (StationSnapshot station : ask(Worker::stations)) {
            boolean tunnel = station.port().kind() == PortKind.TUNNEL;
            ObjectNode item = station(
                    station.mac(), tunnel ? tunnelDevice : station.port().name());
            if (tunnel) {
                item.put("dst", underlayOf(state, station.port().name()));
            }
            items.add(item.put("state", station.pinned() ? "permanent" : ""));
        }
        for (Pod pod : objects.list(Keys.PODS, Pod.class)) {
            String address = pod.status().podIP();
            String node = pod.spec().nodeName();
            if (address != null && node != null && !node.equals(settings.nodeName())) {
                long mac = MacAddress.ofPod(IpAddress.parse(address).v4Bits());
                items.add(station(mac, tunnelDevice)
                        .put("dst", underlayOf(state, node))
                        .put("state", "permanent"));
            }
        }
        items.sort(Comparator.comparing(item -> item.path("mac").asString()));
        return ObjectRoutes.listOf(items);
    }

    private static ObjectNode station(long mac, String device) {
        String address = MacAddress.format(mac);
        return ObjectRoutes.itemOf(address, device).put("mac", address).put("dev", device);
    }

    private static String underlayOf(ForwardingState state, String node) {
        return state.peers().stream()
                .filter(peer -> peer.name().equals(node))
                .map(peer -> peer.underlay().toString())
                .findFirst()
                .orElse("");
    }

    ObjectNode drops() {
        countOverflow.run();
        CountersSnapshot counters = ask(Worker::counters);
        ObjectNode item = Json.object().put("node", settings.nodeName());
        var reasons = item.putArray("reasons");
        counters.drops().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(drop -> reasons.addObject()
                        .put("reason", drop.getKey().label())
                        .put("description", drop.getKey().sentence())
                        .put("packets", drop.getValue()));
        item.set("balance", balance(counters.balance()));
        return item;
    }

    private static ObjectNode balance(PacketBalance balance) {
        return Json.object()
                .put("in", balance.in())
                .put("received", balance.received())
                .put("originated", balance.originated())
                .put("replicated", balance.replicated())
                .put("out", balance.transmitted())
                .put("dropped", balance.dropped())
                .put("held", balance.held());
    }

    ObjectNode leases() {
        List<ObjectNode> items = new ArrayList<>();
        for (Lease lease : leases.list()) {
            items.add(ObjectRoutes.itemOf(lease.subnet())
                    .put("subnet", lease.subnet())
                    .put("node", lease.node())
                    .put("underlayAddress", lease.underlayAddress())
                    .put("creationTimestamp", lease.creationTimestamp().toString()));
        }
        return ObjectRoutes.listOf(items);
    }

    /** @param table {@code nat}, {@code filter}, or null for what a service leads to and what it refuses in one */
    String rules(ListedFamily family, boolean verbose, @Nullable String table) {
        ForwardingState state = ask(Worker::state);
        List<VirtualService> services = state.services().services();
        Ipv6Ranges ipv6 = settings.ipv6();
        IpPrefix podRange = family == ListedFamily.IPV4
                ? state.podRange()
                : ipv6 == null ? null : ipv6.pods().of(state.podRange());
        List<IpPrefix> nodePorts = settings.nodePortAddresses(family == ListedFamily.IPV4);
        if (table == null) {
            return RulesListing.of(services, family, verbose, podRange, nodePorts);
        }
        return switch (table) {
            case "nat" -> RulesListing.ofNat(services, family, verbose, podRange, nodePorts);
            case "filter" -> {
                TablesSnapshot tables = ask(Worker::tables);
                var established = new FilterListing.Established(tables.laterPackets(), tables.laterBytes());
                yield FilterListing.of(services, family, verbose, established, healthChecks(family));
            }
            default -> throw new ApiError(400, "BadRequest", "table must be nat or filter: \"" + table + "\"");
        };
    }

    /** The node's own doors, by the names of the service ports that they are for. */
    private Map<String, Integer> healthChecks(ListedFamily family) {
        Map<String, Integer> ports = new TreeMap<>();
        for (Service service : objects.list(Keys.SERVICES, Service.class)) {
            Integer port = service.spec().healthCheckNodePort();
            boolean listed = service.spec().addresses().stream()
                    .anyMatch(address -> address.isV4() == (family == ListedFamily.IPV4));
            if (port != null && listed) {
                service.spec().ports().forEach(each -> ports.put(service.portName(each), port));
            }
        }
        return ports;
    }

    String nodeOf(String namespace, String name) {
        return Objects.requireNonNullElse(pod(namespace, name).spec().nodeName(), settings.nodeName());
    }

    /**
     * The bytes that a container's command has printed.
     *
     * @param container null for the first with a command
     * @param after so many of them are left out
     * @throws ApiError if there are not so many
     */
    byte[] log(String namespace, String name, @Nullable String container, long after) {
        CommandId command = commandOf(pod(namespace, name), container);
        Path log = command == null ? null : commands.log(command);
        try (InputStream printed = log == null ? InputStream.nullInputStream() : Files.newInputStream(log)) {
            printed.skipNBytes(after);
            return printed.readNBytes(ApiClient.LOG_BYTES);
        } catch (EOFException e) {
            throw new ApiError(
                    416, "RangeNotSatisfiable", "the log of " + name + " is shorter than " + after + " bytes");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Null if the container has no command. */
    private static @Nullable CommandId commandOf(Pod pod, @Nullable String asked) {
        List<String> running = pod.commands().stream().map(pod::nameOf).toList();
        String container = asked != null || running.isEmpty() ? asked : running.get(0);
        List<Container> all = pod.spec().containers();
        boolean known =
                all.isEmpty() || all.stream().anyMatch(each -> pod.nameOf(each).equals(asked));
        if (asked != null && !known) {
            throw new ApiError(
                    400,
                    "BadRequest",
                    "container " + asked + " is not valid for pod "
                            + pod.metadata().name());
        }
        int index = running.indexOf(container);
        return index < 0 || container == null ? null : new CommandId(PodMaker.namespaceOf(pod), container, index == 0);
    }

    Pod pod(String namespace, String name) {
        return objects.get(Keys.pod(namespace, name), Pod.class).orElseThrow(() -> ApiError.notFound("pods", name));
    }
}
