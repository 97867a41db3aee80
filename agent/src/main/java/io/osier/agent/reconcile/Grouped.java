package io.osier.agent.reconcile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Objects by something that several of them may have in common, those of each group in one order. No two of a group are equal in
 * it. Owned by one thread.
 */
final class Grouped<K, T> {
    private final Map<K, List<T>> groups;
    private final Comparator<? super T> order;

    /** @param groups an empty map, which is this object's from now on */
    Grouped(Map<K, List<T>> groups, Comparator<? super T> order) {
        this.groups = groups;
        this.order = order;
    }

    void add(K group, T object) {
        List<T> members = groups.computeIfAbsent(group, key -> new ArrayList<>(1));
        int place = Collections.binarySearch(members, object, order);
        members.add(place < 0 ? -place - 1 : place, object);
    }

    /** Removes what is equal in the order; if there is nothing, nothing. */
    void remove(K group, T object) {
        List<T> members = of(group);
        int place = Collections.binarySearch(members, object, order);
        if (place >= 0) {
            members.remove(place);
            if (members.isEmpty()) {
                groups.remove(group);
            }
        }
    }

    /** Those of one group, as long as nobody changes it. */
    List<T> of(K group) {
        return groups.getOrDefault(group, List.of());
    }
}
