package io.osier.dataplane.service;

import io.osier.dataplane.packet.IpAddress;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Virtual address, protocol and port to service: immutable, open-addressed tables at most half full, no allocation on
 * look-up. A table that differs from the one before in some of its services is a copy of it with these changes.
 */
public final class ServiceTable {
    /** So large a part of a table at most is changed in a copy; if more is to be, the table is made anew. */
    private static final int PART = 4;
    /** A table that is emptier than this part of its slots is made anew. */
    private static final int EMPTIEST = 16;

    public static final ServiceTable EMPTY = new ServiceTable(List.of(), PodInstances.NONE);

    private static final Comparator<VirtualService> BY_PORT_NAME =
            Comparator.comparing(VirtualService::name).thenComparing(VirtualService::protocol);

    private final List<VirtualService> services;
    private final List<VirtualService> exposed;
    private final @Nullable VirtualService[] byPort;
    private final CountedPlaces addresses;
    private final BackendSet backends;
    private final PodInstances pods;

    private ServiceTable(List<VirtualService> services, PodInstances pods) {
        this.services = services;
        this.exposed = exposedOf(services);
        this.pods = pods;
        int slots = slotsFor(services.size());
        byPort = new VirtualService[slots];
        addresses = new CountedPlaces(services.size());
        for (VirtualService service : services) {
            insert(service);
        }
        backends = new BackendSet(services);
    }

    /** A copy of another table with a few changes. */
    private ServiceTable(ServiceTable earlier, ServiceChange change, PodInstances pods) {
        services = change.services();
        boolean asExposed = exposedOf(change.removed()).isEmpty()
                && exposedOf(change.added()).isEmpty();
        exposed = asExposed ? earlier.exposed : exposedOf(services);
        this.pods = pods;
        byPort = Arrays.copyOf(earlier.byPort, earlier.byPort.length);
        addresses = earlier.addresses.copy();
        change.removed().forEach(this::remove);
        change.added().forEach(this::insert);
        backends = earlier.backends.with(change.removed(), change.added());
    }

    private static List<VirtualService> exposedOf(List<VirtualService> services) {
        return services.stream()
                .filter(service -> service.policy().exposure().isExposed())
                .toList();
    }

    private static int slotsFor(int services) {
        return Integer.highestOneBit(Math.max(services, 1)) * 4;
    }

    /**
     * The table of these services.
     *
     * @throws IllegalArgumentException if two of them have the same address, protocol and port
     */
    public static ServiceTable of(Collection<VirtualService> services) {
        return of(services, EMPTY, PodInstances.NONE);
    }

    /**
     * The table of these services, with the objects of an earlier table wherever it says the same, so that their counters go
     * on.
     */
    public static ServiceTable of(Collection<VirtualService> services, ServiceTable earlier) {
        return of(services, earlier, PodInstances.NONE);
    }

    /**
     * The same.
     *
     * @param pods all that there are, backends or not
     */
    public static ServiceTable of(Collection<VirtualService> services, ServiceTable earlier, PodInstances pods) {
        return earlier.with(ServiceChange.of(earlier, services), pods);
    }

    /**
     * This table without some of its services, and with others.
     *
     * @param removed what is here under their names, addresses and ports goes
     * @param added those that say something else than what was there
     * @param pods all that there are, backends or not
     * @throws IllegalArgumentException if two of them have the same address, protocol and port
     */
    public ServiceTable with(Collection<VirtualService> removed, Collection<VirtualService> added, PodInstances pods) {
        return with(ServiceChange.of(this, removed, added), pods);
    }

    private ServiceTable with(ServiceChange change, PodInstances pods) {
        int size = change.services().size();
        boolean copies = change.size() <= size / PART
                && size <= byPort.length / 2
                && size >= byPort.length / EMPTIEST
                && addresses.hasRoomFor(change.added().size())
                && backends.hasRoomFor(change.added());
        return copies ? new ServiceTable(this, change, pods) : new ServiceTable(change.services(), pods);
    }

    /** Whether a pod is there, be it nobody's backend. */
    public boolean hasPod(long instance) {
        return pods.contains(instance);
    }

    /** The service here that says the same; null if none does. */
    @Nullable
    VirtualService sameAs(VirtualService service) {
        VirtualService known = lookup(
                service.protocol(), service.address().high(), service.address().low(), service.port());
        return known != null && known.equals(service) ? known : null;
    }

    /** All services in the order of their names. */
    public List<VirtualService> services() {
        return services;
    }

    /** Those of them that the node's host has to lead here, in the same order. */
    public List<VirtualService> exposed() {
        return exposed;
    }

    /** The same service port at its cluster address of the same family; null if it has none. */
    public @Nullable VirtualService clusterIpOf(VirtualService service) {
        int place = Collections.binarySearch(services, service, BY_PORT_NAME);
        while (place > 0 && BY_PORT_NAME.compare(services.get(place - 1), service) == 0) {
            place--;
        }
        for (int i = Math.max(place, 0); i < services.size(); i++) {
            VirtualService other = services.get(i);
            if (BY_PORT_NAME.compare(other, service) != 0) {
                return null;
            }
            if (other.policy().exposure() == Exposure.CLUSTER_IP
                    && other.address().isV4() == service.address().isV4()) {
                return other;
            }
        }
        return null;
    }

    /** The service at this address and port, or null. */
    public @Nullable VirtualService lookup(int protocol, long high, long low, int port) {
        int mask = byPort.length - 1;
        for (int slot = hash(protocol, high, low, port) & mask; ; slot = (slot + 1) & mask) {
            VirtualService service = byPort[slot];
            if (service == null || matches(service, protocol, high, low, port)) {
                return service;
            }
        }
    }

    /** Whether any service has this address to itself, on whatever port. */
    public boolean hasAddress(long high, long low) {
        return addresses.contains(0, high, low, 0);
    }

    /** Whether any service of this protocol has a backend at this address and port. */
    public boolean hasBackend(int protocol, long high, long low, int port) {
        return backends.contains(protocol, high, low, port);
    }

    private void insert(VirtualService service) {
        long high = service.address().high();
        long low = service.address().low();
        int mask = byPort.length - 1;
        int slot = hash(service.protocol(), high, low, service.port()) & mask;
        for (VirtualService other; (other = byPort[slot]) != null; slot = (slot + 1) & mask) {
            if (matches(other, service.protocol(), high, low, service.port())) {
                throw new IllegalArgumentException(service.name() + " has the address and port of " + other.name());
            }
        }
        byPort[slot] = service;
        count(service, 1);
    }

    private void count(VirtualService service, int difference) {
        if (service.ownsAddress()) {
            addresses.change(0, service.address(), 0, difference);
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very one is in the table
    private void remove(VirtualService service) {
        int mask = byPort.length - 1;
        int slot = hash(service) & mask;
        for (VirtualService other; (other = byPort[slot]) != service; slot = (slot + 1) & mask) {
            if (other == null) {
                throw new IllegalStateException(service.name() + " is not in the table");
            }
        }
        close(slot);
        count(service, -1);
    }

    /** Empties a slot and shifts back what follows, so that no tombstone is ever left (Knuth, 6.4, algorithm R). */
    private void close(int emptied) {
        int mask = byPort.length - 1;
        int hole = emptied;
        byPort[hole] = null;
        VirtualService moved;
        for (int slot = (hole + 1) & mask; (moved = byPort[slot]) != null; slot = (slot + 1) & mask) {
            if (((slot - hash(moved)) & mask) >= ((slot - hole) & mask)) {
                byPort[hole] = moved;
                byPort[slot] = null;
                hole = slot;
            }
        }
    }

    private static boolean matches(VirtualService service, int protocol, long high, long low, int port) {
        return service.port() == port
                && service.protocol() == protocol
                && service.address().low() == low
                && service.address().high() == high;
    }

    private static int hash(VirtualService service) {
        IpAddress address = service.address();
        return hash(service.protocol(), address.high(), address.low(), service.port());
    }

    private static int hash(int protocol, long high, long low, int port) {
        long mixed =
                (low ^ Long.rotateLeft(high, 29) ^ (long) port << 44 ^ (long) protocol << 36) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (mixed >>> 32 ^ mixed >>> 48);
    }
}
