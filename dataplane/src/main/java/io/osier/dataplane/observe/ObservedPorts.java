package io.osier.dataplane.observe;

import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Numbers the ports that a capture meets, so that a record needs only a number. Ports of one kind and name share it, even if
 * one goes and another comes. The worker adds, the consumer reads.
 */
final class ObservedPorts {
    /** More than a node has; those beyond share number 0. */
    private static final int MAX_PORTS = 16_384;

    private final Set<String> pods;
    private final Map<PortId, ObservedPort> byId = new HashMap<>();
    /** Replaced when it grows, so that the consumer never sees it half done. */
    private volatile ObservedPort[] byNumber = {new ObservedPort(0, new PortId(PortKind.POD, "others"), false)};

    /** @param pods the pods whose ports are selected */
    ObservedPorts(Set<String> pods) {
        this.pods = pods;
    }

    /** Worker: the port with this name, numbered when it is met for the first time. */
    ObservedPort of(PortId id) {
        ObservedPort known = byId.get(id);
        return known == null ? add(id) : known;
    }

    /** Anybody: the port with this number. */
    ObservedPort at(int number) {
        return byNumber[number];
    }

    /** Anybody: all ports met so far. */
    ObservedPort[] all() {
        return byNumber.clone();
    }

    private ObservedPort add(PortId id) {
        ObservedPort[] present = byNumber;
        if (present.length == MAX_PORTS) {
            return present[0];
        }
        boolean selected = id.kind() == PortKind.POD && pods.contains(id.name());
        ObservedPort port = new ObservedPort(present.length, id, selected);
        ObservedPort[] grown = Arrays.copyOf(present, present.length + 1);
        grown[present.length] = port;
        byId.put(id, port);
        byNumber = grown;
        return port;
    }
}
