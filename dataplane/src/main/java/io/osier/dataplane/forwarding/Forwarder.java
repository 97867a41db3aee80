package io.osier.dataplane.forwarding;

import io.osier.dataplane.conntrack.ConnectionTable;
import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.observe.PacketObserver;
import io.osier.dataplane.observe.PacketTrace;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.packet.PacketParser;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.packet.TransportChecksum;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.service.AffinityTable;
import io.osier.dataplane.vxlan.VxlanTunnel;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The straight line that every packet takes: parse, check the sender, answer neighbours, translate services, find the port,
 * see that it fits, send. Whatever happens to a packet happens in {@link #process}, one verb a line.
 *
 * <p>Owned by the worker's thread; allocates nothing.
 */
public final class Forwarder implements Egress {
    private final Segment segment;
    private final Counters counters;
    private final PacketParser parser = new PacketParser();
    private final ParsedPacket packet = new ParsedPacket();
    private final PacketTrace trace = new PacketTrace();
    private final SenderCheck senders;
    private final Neighbors neighbors;
    private final PortPolicyCheck ports;
    private final ServiceTranslator services;
    private final ErrorSender errors;
    private final ResetSender resets;
    private final PathMtu paths;
    private PacketObserver observer = PacketObserver.NONE;

    public Forwarder(Segment segment, ConnectionTable connections, Counters counters, RandomGenerator random) {
        this.segment = segment;
        this.counters = counters;
        senders = new SenderCheck(segment);
        neighbors = new Neighbors(segment, this, trace);
        PolicyCheck policies = new PolicyCheck(segment, connections, trace);
        ports = new PortPolicyCheck(segment, policies, trace);
        NewFlows newFlows = new NewFlows(segment, connections, random);
        services = new ServiceTranslator(segment, connections, newFlows, policies, trace);
        errors = new ErrorSender(segment, this, services, counters, trace);
        resets = new ResetSender(segment, connections, errors);
        paths = new PathMtu(this, errors, counters, trace);
    }

    /** Somebody who looks at every packet from now on. */
    public void setObserver(PacketObserver observer) {
        this.observer = observer;
    }

    /** Whether there is somebody who does. */
    public boolean isObserved() {
        return observer != PacketObserver.NONE;
    }

    /** Whether a flow's backend still stands in the present policy; for lists and timers, not for packets. */
    public boolean isCurrent(int connection) {
        return services.isCurrent(connection);
    }

    /** Whether the flow's backend has gone, and nobody is to hear of it. */
    public boolean isGone(int connection) {
        return services.isGone(connection);
    }

    /** Which backends clients were last given by services with session affinity; for questions, not for packets. */
    public AffinityTable affinity() {
        return services.affinity();
    }

    /** The station behind a local port goes, and whoever has its addresses next is another. */
    public void departed(Port port) {
        services.forget(port);
    }

    /** Everything that was emitted has been sent by now. */
    public void flushed() {
        errors.flushed();
        paths.flushed();
    }

    /** Takes one packet from a port to wherever it goes. */
    public void forward(Port in, Frame frame) {
        trace.clear();
        observer.received(in, frame);
        process(in, frame);
        observer.finished(trace);
    }

    private void process(Port in, Frame frame) {
        DropReason malformed = parser.parse(frame, packet);
        if (malformed != null) {
            drop(malformed, in, frame);
            return;
        }
        DropReason spoofed = senders.check(in, frame, packet);
        if (spoofed != null) {
            drop(spoofed, in, frame);
            return;
        }
        if (neighbors.answer(in, frame, packet)) {
            return;
        }
        DropReason refused = services.translate(frame, packet);
        if (refused != null) {
            reject(refused, in, frame);
            return;
        }
        if (MacAddress.isGroup(packet.destinationMac())) {
            flood(in, frame);
            return;
        }
        Port out = segment.portOf(packet.destinationMac());
        if (out == null) {
            handleUnknown(in, frame);
            return;
        }
        DropReason wrongWay = checkWay(in, out);
        if (wrongWay == null) {
            wrongWay = ports.check(in, out, packet);
        }
        if (wrongWay != null) {
            drop(wrongWay, in, frame);
            return;
        }
        if (paths.exceeded(in, out, frame, packet)) {
            return;
        }
        emit(out, frame);
    }

    /** One receiver's copy of what goes to all that may have it. */
    private void emitCopy(Port in, Port out, Frame frame) {
        DropReason forbidden = ports.check(in, out, packet);
        if (forbidden == null) {
            emit(out, frame);
        } else {
            drop(forbidden, in, frame);
        }
    }

    /** A packet that did not even reach the line, because its tunnel header is bad or its sender unknown. */
    public void dropUndecoded(DropReason reason, Port in, Frame frame) {
        trace.clear();
        drop(reason, in, frame);
        observer.finished(trace);
    }

    @Override
    public void emit(Port out, Frame frame) {
        DropReason failed = out.transmit(frame);
        if (failed == null) {
            observer.transmitted(out, frame, trace);
        } else {
            drop(failed, out, frame);
        }
    }

    @Override
    public void drop(DropReason reason, Port in, Frame frame) {
        counters.drops().count(reason);
        observer.dropped(in, frame, reason, trace);
    }

    /** Drops, and tells the sender at once where kube-proxy does, or both ends of a connection that is over. */
    private void reject(DropReason reason, Port in, Frame frame) {
        drop(reason, in, frame);
        switch (reason) {
            case NO_ENDPOINT, NO_SERVICE_PORT, NO_SERVICE -> errors.refuse(in, frame, packet);
            case FLOW_RESET -> resets.reset(services.lastReference(), in, frame, packet);
            default -> {}
        }
    }

    /** A bridge sends back nothing by the way it came, and no loop may form between tunnels. */
    private @Nullable DropReason checkWay(Port in, Port out) {
        if (out == in && trace.rewrite() == PacketTrace.Rewrite.NONE) {
            return DropReason.SAME_PORT;
        }
        boolean looping = in.id().kind() == PortKind.TUNNEL && out.id().kind() == PortKind.TUNNEL;
        return looping ? DropReason.TUNNEL_TO_TUNNEL : null;
    }

    /** Addresses that name a pod are known or wrong; others may be anywhere. */
    private void handleUnknown(Port in, Frame frame) {
        if (MacAddress.isPod(packet.destinationMac())) {
            drop(DropReason.NO_SUCH_POD, in, frame);
        } else {
            flood(in, frame);
        }
    }

    /** Broadcast, multicast and unknown stations: to every port but the one it came from, never from tunnel to tunnel. */
    private void flood(Port in, Frame frame) {
        if (MacAddress.isLinkConstrained(packet.destinationMac())) {
            drop(DropReason.LINK_CONSTRAINED, in, frame);
            return;
        }
        if (frame.gsoType() == VirtioNetHeader.GSO_NONE) {
            TransportChecksum.complete(frame); // once, since not every tunnel can leave it partial
        }
        int copies = 0;
        for (Port out : segment.localPorts()) {
            if (out != in) {
                copies++;
                emitCopy(in, out, frame);
            }
        }
        if (in.id().kind() != PortKind.TUNNEL) {
            List<VxlanTunnel> tunnels = segment.tunnels().all();
            for (int i = 0; i < tunnels.size(); i++) { // no iterator to allocate
                copies++;
                emitCopy(in, tunnels.get(i), frame);
            }
        }
        if (copies == 0) {
            drop(DropReason.NO_RECEIVER, in, frame);
        } else {
            counters.replicated(copies - 1);
        }
    }
}
