package io.osier.dataplane.service;

import java.util.Collection;
import java.util.List;

/** The addresses and ports of all services' backends: two services may have one, and it is gone when the last of them is. */
final class BackendSet {
    private final CountedPlaces places;

    BackendSet(Collection<VirtualService> services) {
        places = new CountedPlaces(countOf(services));
        services.forEach(service -> change(service, 1));
    }

    private BackendSet(CountedPlaces places) {
        this.places = places;
    }

    private static int countOf(Collection<VirtualService> services) {
        return services.stream()
                .mapToInt(service -> service.backends().size() + nearOf(service).size())
                .sum();
    }

    private static List<Backend> nearOf(VirtualService service) {
        VirtualService near = service.near();
        return near == null ? List.of() : near.backends();
    }

    boolean hasRoomFor(Collection<VirtualService> more) {
        return places.hasRoomFor(countOf(more));
    }

    /** The set without the backends of some services, and with those of others; there has to be room. */
    BackendSet with(Collection<VirtualService> removed, Collection<VirtualService> added) {
        BackendSet changed = new BackendSet(places.copy());
        added.forEach(service -> changed.change(service, 1));
        removed.forEach(service -> changed.change(service, -1));
        return changed;
    }

    private void change(VirtualService service, int difference) {
        for (Backend backend : service.backends()) {
            places.change(service.protocol(), backend.address(), backend.port(), difference);
        }
        for (Backend backend : nearOf(service)) {
            places.change(service.protocol(), backend.address(), backend.port(), difference);
        }
    }

    /** Whether this is the address and port of a backend of any service of this protocol. */
    boolean contains(int protocol, long high, long low, int port) {
        return places.contains(protocol, high, low, port);
    }
}
