package io.osier.agent.host;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.service.ServiceTable;
import java.net.SocketException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads what comes to the node from outside, and is a service's, into the dataplane: the choice of a backend is made there and
 * nowhere else. Packets to the node's own addresses would never leave its network stack, so one nft table sends those to node
 * ports to an address that stands for them; other addresses of services become routes. The same for each family of IP.
 *
 * <p>All of it is replaced as a whole when it changes, and may be done again. Safe for any thread.
 */
public final class HostServices {
    private static final Logger LOG = LoggerFactory.getLogger(HostServices.class);

    private final List<FamilyServices> families;
    private boolean connected;

    /** @param families what stands for the node's ports in each family that the node has */
    public HostServices(List<FamilyServices> families) {
        this.families = List.copyOf(families);
    }

    /** The node's device is there: from now on what is wanted is done. */
    public synchronized void connected() {
        connected = true;
        families.forEach(FamilyServices::update);
    }

    /** Takes what the dataplane has just been given. */
    public synchronized void take(ServiceTable services) {
        OwnAddresses own = new OwnAddresses();
        for (FamilyServices family : families) {
            family.take(services, own);
            if (connected) {
                family.update();
            }
        }
    }

    /** The node's addresses, listed when they are first asked for. */
    private static final class OwnAddresses implements Supplier<Set<IpAddress>> {
        private final Set<IpAddress> addresses = new HashSet<>();
        private boolean listed;

        @Override
        public Set<IpAddress> get() {
            if (!listed) {
                list();
                listed = true;
            }
            return addresses;
        }

        private void list() {
            try {
                addresses.addAll(OwnDevices.addresses());
            } catch (SocketException e) {
                LOG.warn("the node's addresses cannot be listed: {}", e.getMessage());
            }
        }
    }
}
