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
            .thenComparing(VirtualService::address);

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

    /** How many differ. */
    int size() {
        return removed.size() + added.size();
    }
}
