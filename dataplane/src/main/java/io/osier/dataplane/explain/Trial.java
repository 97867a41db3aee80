package io.osier.dataplane.explain;

import io.osier.dataplane.explain.TrialEvent.Datagram;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.observe.DecisionText;
import io.osier.dataplane.observe.PacketDecision;
import io.osier.dataplane.observe.PacketDecision.Socket;
import io.osier.dataplane.observe.PacketObserver;
import io.osier.dataplane.observe.PacketTrace;
import io.osier.dataplane.packet.ArpHeader;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IcmpHeader;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.NeighborMessage;
import io.osier.dataplane.packet.PacketParser;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.vxlan.VxlanTunnel;
import io.osier.dataplane.worker.LocalPort;
import io.osier.dataplane.worker.Worker;
import io.osier.dataplane.worker.WorkerConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Puts a packet through a worker of its own that has a node's policy and ports, and tells what became of it: the very line that
 * forwards real packets, with nobody behind its ports. It knows no flow, so every packet opens one; and it stays at the moment
 * of the copy, so no packet gets its backend because of one that was tried before it. Not for two threads.
 */
public final class Trial {
    private static final int FEW = 64;
    private static final int STATIONS = 8_192;

    private final NodeCopy node;
    private final Map<PortId, TrialPort> ports = new HashMap<>();
    private final TrialUnderlay underlay;
    private final Worker worker;
    private final List<TrialEvent> events = new ArrayList<>();
    private int rulesToPass;

    /** @param vni of the segment */
    public Trial(NodeCopy node, int vni) {
        this.node = node;
        Map<IpAddress, Integer> pathMtuBytes = new HashMap<>();
        for (Peer peer : node.state().peers()) {
            int mtuBytes = node.mtuBytes().getOrDefault(peer.name(), Port.NO_LIMIT);
            if (mtuBytes != Port.NO_LIMIT) {
                pathMtuBytes.put(peer.underlay(), mtuBytes + VxlanTunnel.overheadBytes(peer.underlay()));
            }
        }
        underlay = new TrialUnderlay(pathMtuBytes);
        worker = new Worker(
                new WorkerConfig(vni, FEW, STATIONS, FEW),
                node.uncounted(),
                underlay,
                new Counters(),
                node::nowNanos,
                new Chain());
        for (LocalPort local : node.ports()) {
            TrialPort port = new TrialPort(local.port().id(), local.port().mtuBytes());
            ports.put(port.id(), port);
            worker.addPort(new LocalPort(port, local.mac(), local.addresses()));
        }
        worker.observe(new Recorder());
    }

    /**
     * What becomes of a frame that a local port brings in.
     *
     * @param backendIndex which backend is chosen, if it comes to that: a client that has one by session affinity keeps it
     */
    public List<TrialEvent> send(PortId from, Frame frame, int backendIndex) {
        rulesToPass = backendIndex;
        begin();
        TrialPort port = ports.get(from);
        if (port != null) {
            port.bring(frame);
            worker.servicePort(port);
        }
        return List.copyOf(events);
    }

    /** What becomes of a tunnel packet; {@code node} is where it comes from. */
    public List<TrialEvent> receive(Datagram datagram) {
        begin();
        underlay.bring(datagram);
        worker.serviceUnderlay();
        return List.copyOf(events);
    }

    private void begin() {
        events.clear();
        worker.setAffinity(node.affinity());
    }

    /** A packet in words. */
    static String words(ParsedPacket packet) {
        if (packet.isArp()) {
            return "arp";
        }
        if (!packet.isIp()) {
            return "type 0x" + Integer.toHexString(packet.etherType());
        }
        IpAddress source = new IpAddress(packet.sourceHigh(), packet.sourceLow());
        IpAddress destination = new IpAddress(packet.destinationHigh(), packet.destinationLow());
        return IpProtocol.name(packet.protocol()) + " "
                + new Socket(source, packet.hasPorts() ? packet.sourcePort() : 0) + " > "
                + new Socket(destination, packet.hasPorts() ? packet.destinationPort() : 0);
    }

    /** Walks a service's chain up to the rule that is wanted: passes the rules before it, takes it. */
    private final class Chain implements RandomGenerator {
        @Override
        public int nextInt() {
            return rulesToPass-- > 0 ? -1 : 0;
        }

        @Override
        public long nextLong() {
            return 0;
        }
    }

    private final class Recorder implements PacketObserver {
        private final PacketParser parser = new PacketParser();
        private final ParsedPacket packet = new ParsedPacket();
        private PortId from = new PortId(PortKind.HOST, "nobody");

        @Override
        public void received(Port in, Frame frame) {
            from = in.id();
        }

        @Override
        public void transmitted(Port out, Frame frame, PacketTrace trace) {
            record(out, frame, null, trace);
        }

        @Override
        public void dropped(Port in, Frame frame, DropReason reason, PacketTrace trace) {
            record(in, frame, reason, trace);
        }

        @Override
        public void finished(PacketTrace trace) {}

        private void record(Port at, Frame frame, @Nullable DropReason reason, PacketTrace trace) {
            Datagram datagram = underlay.takeSent();
            boolean readable = parser.parse(frame, packet) == null;
            events.add(new TrialEvent(
                    at.id(),
                    readable ? words(packet) : "not a packet",
                    DecisionText.translation(decision(trace, reason, at.id())),
                    Stream.of(verdict(trace, false), verdict(trace, true))
                            .flatMap(Stream::ofNullable)
                            .toList(),
                    trace.isReplied(),
                    reason,
                    readable && trace.isReplied() ? answerMac(frame) : 0,
                    reason == null ? datagram : null));
        }

        private static @Nullable String verdict(PacketTrace trace, boolean ingress) {
            String policies = trace.policies(ingress);
            if (policies == null) {
                return null;
            }
            String rule = trace.rule(ingress);
            return (ingress ? "ingress " : "egress ")
                    + (rule == null ? "isolated by " + policies + "; no rule allows this" : "allowed by " + rule);
        }

        private long answerMac(Frame frame) {
            if (packet.isArp()) {
                return ArpHeader.senderMac(frame.bytes(), packet.networkOffset());
            }
            boolean advertisement =
                    packet.isIpv6() && packet.isIcmp() && packet.icmpType() == IcmpHeader.V6_NEIGHBOR_ADVERTISEMENT;
            return advertisement ? NeighborMessage.targetMac(frame.bytes(), packet) : 0;
        }

        private PacketDecision decision(PacketTrace trace, @Nullable DropReason reason, PortId at) {
            return new PacketDecision(
                    trace.rewrite(),
                    trace.isMasqueraded(),
                    trace.isReplied(),
                    trace.backendIndex(),
                    trace.backendCount(),
                    trace.choice(),
                    new Socket(new IpAddress(trace.serviceHigh(), trace.serviceLow()), trace.servicePort()),
                    new Socket(new IpAddress(trace.backendHigh(), trace.backendLow()), trace.backendPort()),
                    reason == null ? null : reason.label(),
                    from,
                    at,
                    1);
        }
    }
}
