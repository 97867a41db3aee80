package io.osier.agent.api.server;

import io.osier.agent.host.ProbeSocket;
import io.osier.agent.ipam.SubnetLeases;
import io.osier.agent.model.Json;
import io.osier.agent.model.Lease;
import io.osier.agent.store.StoreException;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.ObjectNode;

/** What one node can say about its own health, and the probes that it sends and has seen. */
final class NodeCheckup {
    private static final int PROBES = 3;
    private static final long PAUSE_MILLIS = 40;

    private final String self;
    private final SubnetLeases leases;
    private final ProbeSocket probes;

    NodeCheckup(String self, SubnetLeases leases, ProbeSocket probes) {
        this.self = self;
        this.leases = leases;
        this.probes = probes;
    }

    /** Adds to what {@code status} says: the clock, the kernel, and how the store answers. */
    ObjectNode facts(ObjectNode status) {
        long startNanos = System.nanoTime();
        try {
            List<Lease> mine = leases.list().stream()
                    .filter(lease -> lease.node().equals(self))
                    .toList();
            status.put("leases", mine.size());
            status.put("storeMillis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
        } catch (StoreException e) {
            status.put("storeError", String.valueOf(e.getMessage()));
        }
        return status.put("kernel", System.getProperty("os.version", ""))
                .put("clockMillis", System.currentTimeMillis());
    }

    /** Sends some probes of this number. */
    ObjectNode send(String to, String id, int packetBytes) {
        int sent = 0;
        String error = "";
        for (int i = 0; i < PROBES; i++) {
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
