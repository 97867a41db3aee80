package io.osier.dataplane.service;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * What makes one table of services another: by far the most stay as they are, and cost neither a comparison by value nor a look
 * at their backends.
 *
 * @param services all that there are now, in the order of their names
 * @param removed those of the earlier table that are not among them
 * @param added those among them that the earlier table does not have
 */
record ServiceChange(List<VirtualService> services, List<VirtualService> removed, List<VirtualService> added) {
    private static final Comparator<VirtualService> BY_NAME = Comparator.comparing(VirtualService::name)
            .thenComparing(VirtualService::protocol)
            .thenComparing(service -> service.policy().exposure())
            .thenComparing(VirtualService::address)
            .thenComparing(VirtualService::port);

    /**
     * From the earlier table to these.
     *
     * @param wanted where one says the same as the earlier table's, the earlier one's stays
     */
    static ServiceChange of(ServiceTable earlier, Collection<VirtualService> wanted) {
        Set<VirtualService> kept = Collections.newSetFromMap(
                new IdentityHashMap<>(earlier.services().size()));
        List<VirtualService> added = new ArrayList<>();
        for (VirtualService service : wanted) {
            VirtualService known = earlier.sameAs(service);
            if (known == null || !kept.add(known)) {
                added.add(service);
            }
        }
        added.sort(BY_NAME);
        List<VirtualService> services = new ArrayList<>(kept.size() + added.size());
        List<VirtualService> removed = new ArrayList<>();
        int next = 0;
        for (VirtualService service : earlier.services()) {
            if (!kept.contains(service)) {
                removed.add(service);
                continue;
            }
            while (next < added.size() && BY_NAME.compare(added.get(next), service) < 0) {
                services.add(added.get(next++));
            }
            services.add(service);
        }
        services.addAll(added.subList(next, added.size()));
        return new ServiceChange(Collections.unmodifiableList(services), removed, added);
    }

    /**
     * From the earlier table to one without some of its services, and with others.
     *
     * @param removed by name, protocol, address and port; they need not be the same objects
     * @throws IllegalArgumentException if one that is to be removed is not there
     */
    static ServiceChange of(
            ServiceTable earlier, Collection<VirtualService> removed, Collection<VirtualService> added) {
        List<VirtualService> before = earlier.services();
        List<VirtualService> going = new ArrayList<>(removed);
        List<VirtualService> coming = new ArrayList<>(added);
        going.sort(BY_NAME);
        coming.sort(BY_NAME);
        List<VirtualService> services = new ArrayList<>(before.size() + coming.size());
        List<VirtualService> found = new ArrayList<>(going.size());
        int taken = 0;
        int next = 0;
        for (VirtualService gone : going) {
            int place = Collections.binarySearch(before, gone, BY_NAME);
            if (place < 0) {
                throw new IllegalArgumentException(gone + " is not there");
            }
            while (next < coming.size() && BY_NAME.compare(coming.get(next), gone) <= 0) {
                taken = copy(before, taken, coming.get(next), services);
                services.add(coming.get(next++));
            }
            services.addAll(before.subList(taken, place));
            found.add(before.get(place));
            taken = place + 1;
        }
        for (VirtualService come : coming.subList(next, coming.size())) {
            taken = copy(before, taken, come, services);
            services.add(come);
        }
        services.addAll(before.subList(taken, before.size()));
        return new ServiceChange(Collections.unmodifiableList(services), found, coming);
    }

    /** Copies those that stand before this one in the order of names; returns where the next one stands. */
    private static int copy(
            List<VirtualService> from, int taken, VirtualService before, List<VirtualService> services) {
        int place = Collections.binarySearch(from.subList(taken, from.size()), before, BY_NAME);
        int end = taken + (place < 0 ? -place - 1 : place);
        services.addAll(from.subList(taken, end));
        return end;
    }

    /** How many differ. */
    int size() {
        return removed.size() + added.size();
    }
}
