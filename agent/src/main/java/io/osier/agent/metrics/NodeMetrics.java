package io.osier.agent.metrics;

import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.observe.PacketBalance;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.service.Exposure;
import io.osier.dataplane.service.ServicePolicy.Locality;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.worker.CountersSnapshot;
import io.osier.dataplane.worker.CountersSnapshot.PortTotals;
import io.osier.dataplane.worker.TablesSnapshot;
import io.osier.dataplane.worker.Worker;
import io.osier.dataplane.worker.WorkerProxy;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

/** What a node's dataplane counts, asked for when somebody scrapes; in between nothing is kept. Safe for any thread. */
public final class NodeMetrics implements MultiCollector {
    private static final long DEADLINE_SECONDS = 5;

    private final String version;
    private final WorkerProxy worker;
    private final Runnable countOverflow;
    private final BooleanSupplier storeAnswers;

    /** @param countOverflow brings the counters up to date with what the kernel counts */
    public NodeMetrics(String version, WorkerProxy worker, Runnable countOverflow, BooleanSupplier storeAnswers) {
        this.version = version;
        this.worker = worker;
        this.countOverflow = countOverflow;
        this.storeAnswers = storeAnswers;
    }

    private <T> T ask(Function<Worker, T> question) {
        return worker.ask(question)
                .orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public MetricSnapshots collect() {
        countOverflow.run();
        Families families = new Families();
        families.gauge("osier_build_info", "Which Osier this is; always 1").add(1, "version", version);
        families.gauge("osier_store_up", "1 while the store answers, 0 while the node goes by what it last knew")
                .add(storeAnswers.getAsBoolean() ? 1 : 0);
        addCounters(families, ask(Worker::counters));
        addTables(families, ask(Worker::tables));
        addState(families, ask(Worker::state), ask(Worker::tunnelMtuBytes));
        return families.all();
    }

    private static void addCounters(Families families, CountersSnapshot counters) {
        PacketBalance balance = counters.balance();
        families.counter("osier_packets_in_total", "Packets that came to be on this node, by how")
                .add(balance.received(), "origin", "received")
                .add(balance.originated(), "origin", "originated")
                .add(balance.replicated(), "origin", "replicated");
        families.counter("osier_packets_out_total", "Packets handed to pods, the host or other nodes")
                .add(balance.transmitted());
        families.gauge("osier_packets_held", "Packets that wait for their batch's end")
                .add(balance.held());
        Family drops = families.counter("osier_packets_dropped_total", "Packets not delivered, by reason");
        for (DropReason reason : DropReason.values()) {
            drops.add(counters.drops().getOrDefault(reason, 0L), "reason", reason.label());
        }
        Family packets = families.counter(
                "osier_port_packets_total",
                "Packets of a pod, of the host, or of the tunnel to a node; rx: from there");
        Family bytes = families.counter("osier_port_bytes_total", "Their bytes");
        counters.ports().forEach((port, totals) -> addPort(packets, bytes, port, totals));
        families.gauge("osier_pods", "Pods whose device is in service on this node")
                .add(counters.ports().keySet().stream()
                        .filter(port -> port.kind() == PortKind.POD)
                        .count());
    }

    private static void addPort(Family packets, Family bytes, PortId port, PortTotals totals) {
        String kind = port.kind().name().toLowerCase(Locale.ROOT);
        packets.add(totals.receivedPackets(), "kind", kind, "port", port.name(), "direction", "rx");
        packets.add(totals.transmittedPackets(), "kind", kind, "port", port.name(), "direction", "tx");
        bytes.add(totals.receivedBytes(), "kind", kind, "port", port.name(), "direction", "rx");
        bytes.add(totals.transmittedBytes(), "kind", kind, "port", port.name(), "direction", "tx");
    }

    private static void addTables(Families families, TablesSnapshot tables) {
        Family flows = families.gauge("osier_flows", "Entries of the connection table, by state");
        int all = 0;
        for (var state : tables.flows().entrySet()) {
            flows.add(state.getValue(), "state", state.getKey().name());
            all += state.getValue();
        }
        families.counter("osier_flows_evicted_total", "Flows that were not answered yet and were given up for new ones")
                .add(tables.evictedFlows());
        families.gauge("osier_table_entries", "How full a bounded table is")
                .add(all, "table", "flows")
                .add(tables.stations(), "table", "fdb");
        families.gauge("osier_table_capacity", "How many entries it has room for")
                .add(tables.flowCapacity(), "table", "flows")
                .add(tables.stationCapacity(), "table", "fdb");
    }

    private static void addState(Families families, ForwardingState state, Map<String, Integer> mtus) {
        List<VirtualService> services = state.services().services();
        families.gauge("osier_forwarding_generation", "Counts the states of the cluster that the dataplane took in")
                .add(state.generation());
        families.gauge("osier_service_addresses", "Addresses and ports that lead to a service")
                .add(services.size());
        families.gauge("osier_service_backends", "Backends behind them, all together")
                .add(services.stream()
                        .mapToLong(service -> service.backends().size())
                        .sum());
        families.gauge(
                        "kubeproxy_sync_proxy_rules_no_local_endpoints_total",
                        "Service ports with a Local traffic policy that have endpoints, and none on this node")
                .add(
                        withoutLocal(
                                services,
                                service -> service.policy().exposure() == Exposure.CLUSTER_IP
                                        && service.policy().locality() == Locality.EVERYBODY),
                        "traffic_policy",
                        "internal")
                .add(
                        withoutLocal(services, service -> service.policy().exposure() != Exposure.CLUSTER_IP),
                        "traffic_policy",
                        "external");
        families.gauge("osier_tunnel_peers", "Other nodes")
                .add(state.peers().stream().filter(peer -> !peer.foreign()).count(), "foreign", "false")
                .add(state.peers().stream().filter(Peer::foreign).count(), "foreign", "true");
        Family longest = families.gauge("osier_tunnel_mtu_bytes", "The longest IP packet that fits to a node");
        mtus.forEach((peer, mtuBytes) -> {
            if (mtuBytes != Port.NO_LIMIT) {
                longest.add(mtuBytes, "peer", peer);
            }
        });
    }

    private static long withoutLocal(List<VirtualService> services, Predicate<VirtualService> which) {
        return services.stream()
                .filter(which)
                .filter(service -> !service.backends().isEmpty()
                        && service.near() != null
                        && service.near().backends().isEmpty())
                .map(service -> service.name() + " " + service.protocol())
                .distinct()
                .count();
    }
}
