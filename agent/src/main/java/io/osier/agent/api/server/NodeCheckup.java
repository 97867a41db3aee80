package io.osier.agent.api.server;

import io.osier.agent.doctor.TunnelCheckup;
import io.osier.agent.host.KernelFeatures;
import io.osier.agent.host.OwnDevices;
import io.osier.agent.host.ProbeSocket;
import io.osier.agent.ipam.SubnetLeases;
import io.osier.agent.model.Json;
import io.osier.agent.model.Lease;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.agent.store.StoreException;
import io.osier.dataplane.packet.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What one node can say about its own health, and the probes that it sends and has seen. */
final class NodeCheckup {
    private static final long PAUSE_MILLIS = 40;

    private final NodeSettings settings;
    private final IpAddress underlay;
    private final SubnetLeases leases;
    private final ProbeSocket probes;

    NodeCheckup(NodeSettings settings, IpAddress underlay, SubnetLeases leases, ProbeSocket probes) {
        this.settings = settings;
        this.underlay = underlay;
        this.leases = leases;
        this.probes = probes;
    }

    /** Adds to what {@code status} says: the clock, the kernel, the devices, and how the store answers. */
    ObjectNode facts(ObjectNode status) {
        long beganMillis = System.currentTimeMillis();
        long startNanos = System.nanoTime();
        try {
            List<Lease> mine = leases.list().stream()
                    .filter(lease -> lease.node().equals(settings.nodeName()))
                    .toList();
            status.put("leases", mine.size());
            status.put("storeMillis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
        } catch (StoreException e) {
            status.put("storeError", String.valueOf(e.getMessage()));
        }
        devices(status);
        status.put("kernel", System.getProperty("os.version", ""));
        status.set("features", features(KernelFeatures.probe(settings.ipv6() != null)));
        long tookMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
        return status.put("checkupMillis", tookMillis).put("clockMillis", beganMillis + tookMillis / 2);
    }

    private void devices(ObjectNode status) {
        try {
            OwnDevices.holding(underlay)
                    .ifPresent(device -> status.putObject("underlayDevice")
                            .put("name", device.name())
                            .put("mtuBytes", device.mtuBytes()));
            ArrayNode clashes = status.putArray("clashes");
            for (OwnDevices.Clash clash : OwnDevices.clashes(settings.clusterRanges())) {
                clashes.addObject()
                        .put("device", clash.device())
                        .put("address", clash.address())
                        .put("range", clash.range());
            }
        } catch (SocketException e) {
            status.put("deviceError", String.valueOf(e.getMessage()));
        }
    }

    private static ObjectNode features(KernelFeatures kernel) {
        ObjectNode features = Json.object()
                .put("tapProblem", kernel.tapProblem())
                .put("nftProblem", kernel.nftProblem())
                .put("forwardsIpv4", kernel.forwardsIpv4())
                .put("hasIpv6", kernel.hasIpv6())
                .put("forwardsIpv6", kernel.forwardsIpv6());
        names(features.putArray("tapOffloads"), kernel.tapOffloads());
        names(features.putArray("udpOffloads"), kernel.udpOffloads());
        return features;
    }

    /** As {@code status} names offloads. */
    static void names(ArrayNode names, Set<? extends Enum<?>> offloads) {
        offloads.stream()
                .map(offload -> offload.name().toLowerCase(Locale.ROOT))
                .sorted()
                .forEach(names::add);
    }

    /** Sends some probes of this number. */
    ObjectNode send(String to, String id, int packetBytes) {
        int sent = 0;
        String error = "";
        for (int i = 0; i < TunnelCheckup.SENT; i++) {
            try {
                probes.send(InetAddress.getByName(to), id, packetBytes);
                sent++;
                Thread.sleep(PAUSE_MILLIS);
            } catch (IOException e) {
                error = String.valueOf(e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        return Json.object().put("sent", sent).put("error", error);
    }

    ObjectNode seen(String id) {
        return Json.object().put("seen", probes.seen(id));
    }
}
