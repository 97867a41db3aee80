package io.osier.dataplane.observe;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.port.Port;
import java.util.Collection;

/** Several observers as one, since any number of captures may run at a time. */
public final class PacketObservers implements PacketObserver {
    private final PacketObserver[] observers;

    private PacketObservers(PacketObserver[] observers) {
        this.observers = observers;
    }

    /** Calls them all, in their order; one or none costs no more than it would alone. */
    public static PacketObserver of(Collection<? extends PacketObserver> observers) {
        return switch (observers.size()) {
            case 0 -> NONE;
            case 1 -> observers.iterator().next();
            default -> new PacketObservers(observers.toArray(PacketObserver[]::new));
        };
    }

    @Override
    public void received(Port in, Frame frame) {
        for (PacketObserver observer : observers) {
            observer.received(in, frame);
        }
    }

    @Override
    public void transmitted(Port out, Frame frame, PacketTrace trace) {
        for (PacketObserver observer : observers) {
            observer.transmitted(out, frame, trace);
        }
    }

    @Override
    public void dropped(Port in, Frame frame, DropReason reason, PacketTrace trace) {
        for (PacketObserver observer : observers) {
            observer.dropped(in, frame, reason, trace);
        }
    }

    @Override
    public void finished(PacketTrace trace) {
        for (PacketObserver observer : observers) {
            observer.finished(trace);
        }
    }
}
