package io.osier.agent.reconcile;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.service.PodInstances;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.service.VirtualService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which service has an address, protocol and port. Addresses are claimed before they are written, so a second service with one
 * is a forgery: the first in the order of names has it, and when that goes, the next. Owned by one thread.
 */
final class ServiceOwners {
    private final Map<Place, List<Claim>> claims = new HashMap<>(); // each list in the order of services' names
    private final Set<Place> touched = new HashSet<>();

    private record Place(IpAddress address, int port, int protocol) {
        static Place of(VirtualService service) {
            return new Place(service.address(), service.port(), service.protocol());
        }

        @Nullable
        VirtualService in(ServiceTable table) {
            return table.lookup(protocol, address.high(), address.low(), port);
        }
    }

    private record Claim(String service, VirtualService what) {}

    /** @param present a table that others have made, and that is gone over as a whole */
    ServiceOwners(ServiceTable present) {
        present.services().forEach(service -> touched.add(Place.of(service)));
    }

    /** Takes back what a service has claimed. */
    void withdraw(String service, List<VirtualService> claimed) {
        for (VirtualService each : claimed) {
            Place place = Place.of(each);
            List<Claim> left = claims.getOrDefault(place, List.of()).stream()
                    .filter(claim -> !claim.service().equals(service))
                    .toList();
            if (left.isEmpty()) {
                claims.remove(place);
            } else {
                claims.put(place, left);
            }
            touched.add(place);
        }
    }

    /** Claims for a service whatever it is reached at; the first of two at one place counts. */
    void claim(String service, List<VirtualService> claimed) {
        for (VirtualService each : claimed) {
            Place place = Place.of(each);
            Claim claim = new Claim(service, each);
            List<Claim> others = claims.putIfAbsent(place, List.of(claim));
            if (others != null) {
                claims.put(place, with(others, claim));
            }
            touched.add(place);
        }
    }

    private static List<Claim> with(List<Claim> others, Claim claim) {
        List<Claim> all = new ArrayList<>(others);
        int index = 0;
        while (index < all.size() && all.get(index).service().compareTo(claim.service()) <= 0) {
            index++;
        }
        all.add(index, claim);
        return List.copyOf(all);
    }

    /** The table with what has been claimed and withdrawn since this was last asked; what says the same stays as it is. */
    ServiceTable changed(ServiceTable table, PodInstances pods) {
        List<VirtualService> removed = new ArrayList<>();
        List<VirtualService> added = new ArrayList<>();
        for (Place place : touched) {
            VirtualService before = place.in(table);
            List<Claim> claiming = claims.get(place);
            VirtualService after = claiming == null ? null : claiming.get(0).what();
            if (after != null && after.equals(before)) {
                continue;
            }
            if (before != null) {
                removed.add(before);
            }
            if (after != null) {
                added.add(after);
            }
        }
        touched.clear();
        return table.with(removed, added, pods);
    }
}
