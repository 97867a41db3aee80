package io.osier.dataplane.observe;

import io.osier.dataplane.port.PortId;
import java.util.concurrent.atomic.AtomicLong;

/** A port as a capture knows it: by a number, with a count of what was lost at it. The worker counts, anybody reads. */
final class ObservedPort {
    private final int number;
    private final PortId id;
    private final boolean selected;
    private final AtomicLong lostIn = new AtomicLong();
    private final AtomicLong lostOut = new AtomicLong();

    ObservedPort(int number, PortId id, boolean selected) {
        this.number = number;
        this.id = id;
        this.selected = selected;
    }

    int number() {
        return number;
    }

    PortId id() {
        return id;
    }

    /** Whether the capture asked for this port by name. */
    boolean isSelected() {
        return selected;
    }

    /** How many packets were lost on their way in. */
    AtomicLong lostIn() {
        return lostIn;
    }

    /** How many packets were lost on their way out. */
    AtomicLong lostOut() {
        return lostOut;
    }
}
