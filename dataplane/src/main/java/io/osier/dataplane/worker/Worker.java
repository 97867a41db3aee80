package io.osier.dataplane.worker;

import io.osier.dataplane.bridge.ForwardingDatabase;
import io.osier.dataplane.bridge.NdpResponder;
import io.osier.dataplane.conntrack.ConnectionState;
import io.osier.dataplane.conntrack.ConnectionTable;
import io.osier.dataplane.conntrack.FlowTimeouts;
import io.osier.dataplane.forwarding.Forwarder;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.Segment;
import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.observe.PacketObserver;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.service.AffinityTable;
import io.osier.dataplane.vxlan.TunnelReceiver;
import io.osier.dataplane.vxlan.Underlay;
import io.osier.dataplane.vxlan.VxlanTunnel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The duty cycle of one event loop: takes a bounded batch from whatever is ready, forwards it, flushes. Ports take turns
 * because each readiness serves one batch.
 *
 * <p>Everything here is owned by one thread; other threads come in through {@link WorkerProxy}.
 */
public final class Worker {
    /** Frames a port may bring in at a time; also how many datagrams one system call takes from the underlay. */
    public static final int BATCH_FRAMES = 64;

    /** Connection entries looked at in one tick, so that a tick stays short. */
    private static final int EXPIRY_STEP = 16_384;

    private final WorkerConfig config;
    private final NanoClock clock;
    private final Underlay underlay;
    private final Counters counters;
    private final Segment segment;
    private final ConnectionTable connections;
    private final Forwarder forwarder;
    private final FrameBatch batch = new FrameBatch(BATCH_FRAMES);
    private final PeerTunnels tunnels;
    private final VxlanTunnel strangers;
    private final TunnelReceiver tunnelReceiver;
    private final Map<PortId, LocalPort> localPorts = new HashMap<>();
    private int expiryPosition;

    /** @param counters the account that the underlay counts its drops in, too */
    public Worker(
            WorkerConfig config,
            ForwardingState initial,
            Underlay underlay,
            Counters counters,
            NanoClock clock,
            RandomGenerator random) {
        this(
                config,
                initial,
                underlay,
                counters,
                clock,
                random,
                new ConnectionTable(config.connections(), random.nextLong()));
    }

    /** The same with a table that may have flows in it already. */
    public Worker(
            WorkerConfig config,
            ForwardingState initial,
            Underlay underlay,
            Counters counters,
            NanoClock clock,
            RandomGenerator random,
            ConnectionTable connections) {
        this.config = config;
        this.clock = clock;
        this.underlay = underlay;
        this.counters = counters;
        segment = new Segment(initial, new ForwardingDatabase(config.stations(), config.stationsPerPort()));
        this.connections = connections;
        forwarder = new Forwarder(segment, connections, counters, random);
        tunnels = new PeerTunnels(segment, underlay, counters, config.vni());
        strangers = tunnels.make(new Peer("unknown", new IpAddress(0, 0), true));
        tunnelReceiver =
                new TunnelReceiver(config.vni(), config.joinsTcp(), config.joinsUdp(), new Received(forwarder));
        adopt(initial);
    }

    /**
     * Forwards what waits at a local port, one batch of it.
     *
     * @return the bytes in it
     */
    public int servicePort(Port port) {
        int frames = port.receive(batch);
        int bytes = 0;
        segment.setNowNanos(clock.nanoTime());
        for (int i = 0; i < frames; i++) {
            Frame frame = batch.frame(i);
            port.counters().received(frame.totalLength());
            bytes += frame.totalLength();
            forwarder.forward(port, frame);
        }
        flush();
        return bytes;
    }

    /**
     * Forwards what waits at the tunnel's socket, one batch of it.
     *
     * @return the bytes in it
     */
    public int serviceUnderlay() {
        int received = underlay.receive(batch);
        int bytes = 0;
        segment.setNowNanos(clock.nanoTime());
        for (int i = 0; i < received; i++) {
            bytes += batch.frame(i).length();
            receive(batch.frame(i));
        }
        tunnelReceiver.flush();
        flush();
        return bytes;
    }

    /** Lets time pass: what has expired goes. Called about once a second. */
    public void tick() {
        segment.setNowNanos(clock.nanoTime());
        segment.fdb().age(segment.nowNanos());
        tunnels.refreshMtus();
        if (connections.size() > 0) {
            int step = Math.min(EXPIRY_STEP, connections.capacity());
            expiryPosition = connections.expire(expiryPosition, step, segment.nowNanos(), forwarder::isGone);
        }
    }

    private void receive(Frame received) {
        VxlanTunnel tunnel = segment.tunnels().to(received.outerSourceHigh(), received.outerSourceLow());
        if (tunnel == null) {
            strangers.counters().received(received.length());
            forwarder.dropUndecoded(DropReason.UNKNOWN_TUNNEL_PEER, strangers, received);
        } else {
            tunnelReceiver.receive(tunnel, received);
        }
    }

    /** What comes out of the tunnels; several packets that were joined count as one from here on. */
    private record Received(Forwarder forwarder) implements TunnelReceiver.Receiver {
        @Override
        public void received(VxlanTunnel in, Frame frame) {
            in.counters().received(frame.totalLength());
            forwarder.forward(in, frame);
        }

        @Override
        public void refused(DropReason reason, VxlanTunnel in, Frame datagram) {
            in.counters().received(datagram.length());
            forwarder.dropUndecoded(reason, in, datagram);
        }
    }

    private void flush() {
        for (Port port : segment.localPorts()) {
            port.flush();
        }
        underlay.flush();
        forwarder.flushed();
        tunnels.learnFromTooLong();
    }

    /** Forwards by this state from now on; tunnels come and go with its peers, live flows stay. */
    public void adopt(ForwardingState state) {
        tunnels.adopt(state);
    }

    /**
     * Takes a port into service.
     *
     * @throws RuntimeException if its name, or one of its addresses, is another port's
     */
    public void addPort(LocalPort local) {
        Port port = local.port();
        if (localPorts.putIfAbsent(port.id(), local) != null) {
            throw new IllegalArgumentException(port.id() + " is in service already");
        }
        try {
            for (IpAddress address : local.addresses()) {
                segment.addresses().add(address, port, local.mac());
            }
            segment.addresses().add(NdpResponder.linkLocalOf(local.mac()), port, local.mac());
            segment.fdb().addStatic(local.mac(), port);
        } catch (IllegalArgumentException | IllegalStateException e) {
            localPorts.remove(port.id());
            segment.removePort(port);
            throw e;
        }
        segment.addLocalPort(port);
    }

    /** Takes a port out of service with all that was learned from it; one that is not there is no error. */
    public void removePort(Port port) {
        LocalPort local = localPorts.get(port.id());
        if (local != null && local.port() == port) {
            localPorts.remove(port.id());
            counters.retire(port.counters());
            forwarder.departed(port);
            segment.removePort(port);
        }
    }

    /** Somebody who looks at every packet from now on; null for nobody. */
    public void observe(@Nullable PacketObserver observer) {
        forwarder.setObserver(observer == null ? PacketObserver.NONE : observer);
    }

    /** Whether there is somebody who does. */
    public boolean isObserved() {
        return forwarder.isObserved();
    }

    /** The longest IP packet that each tunnel takes, by its node; {@link Port#NO_LIMIT} where nothing is known. */
    public Map<String, Integer> tunnelMtuBytes() {
        return tunnels.mtuBytes();
    }

    /** The ports of this node's pods and host, with what belongs to them. */
    public List<LocalPort> localPorts() {
        return List.copyOf(localPorts.values());
    }

    /** Which backends clients were last given by services with session affinity; a copy. */
    public AffinityTable affinity() {
        return forwarder.affinity().copy();
    }

    /** Forgets which backends clients were given, and takes these for it. */
    public void setAffinity(AffinityTable known) {
        forwarder.affinity().copyFrom(known);
    }

    /** What its clock says. */
    public long nowNanos() {
        return clock.nanoTime();
    }

    /** The state that is forwarded by now. */
    public ForwardingState state() {
        return segment.state();
    }

    /** All translated flows; those whose backend has gone are not among them. */
    public List<ConnectionSnapshot> connections() {
        List<ConnectionSnapshot> snapshots = new ArrayList<>(connections.size());
        long nowNanos = clock.nanoTime();
        connections.forEach(entry -> {
            if (connections.entries().expiryNanos(entry) - nowNanos > 0 && forwarder.isCurrent(entry)) {
                snapshots.add(ConnectionSnapshot.of(connections.entries(), entry, nowNanos));
            }
        });
        return snapshots;
    }

    /**
     * Forgets those of {@link #connections} that are meant. What is still on its way from their backends is nobody's; a client's
     * next packet is a new flow's first.
     *
     * @return how many
     */
    public int retire(Predicate<ConnectionSnapshot> meant) {
        long nowNanos = clock.nanoTime();
        int[] retired = new int[1];
        connections.forEach(entry -> {
            if (forwarder.isCurrent(entry)
                    && meant.test(ConnectionSnapshot.of(connections.entries(), entry, nowNanos))) {
                connections.retire(entry, nowNanos);
                retired[0]++;
            }
        });
        return retired[0];
    }

    /** From its next packet on each flow may be silent for so long. */
    public void setFlowTimeouts(FlowTimeouts timeouts) {
        connections.entries().setTimeouts(timeouts);
    }

    /** How full the bounded tables are. Looks at each flow once, and copies none. */
    public TablesSnapshot tables() {
        Map<ConnectionState, Integer> flows = new EnumMap<>(ConnectionState.class);
        for (ConnectionState state : ConnectionState.values()) {
            flows.put(state, 0);
        }
        connections.forEach(entry -> flows.merge(connections.entries().state(entry), 1, Integer::sum));
        return new TablesSnapshot(
                flows,
                connections.capacity(),
                connections.evictedFlows(),
                segment.fdb().size(),
                config.stations(),
                connections.laterPackets(),
                connections.laterBytes());
    }

    /** The forwarding database. */
    public List<StationSnapshot> stations() {
        List<StationSnapshot> snapshots = new ArrayList<>();
        segment.fdb().forEach((mac, port, pinned) -> snapshots.add(new StationSnapshot(mac, port.id(), pinned)));
        return snapshots;
    }

    /** The account of all packets so far. */
    public CountersSnapshot counters() {
        Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            if (counters.drops().packets(reason) > 0) {
                drops.put(reason, counters.drops().packets(reason));
            }
        }
        List<PortCounters> all = new ArrayList<>(List.of(strangers.counters()));
        Map<PortId, CountersSnapshot.PortTotals> ports = new HashMap<>();
        long held = underlay.heldPackets();
        List<Port> live = new ArrayList<>(List.of(segment.localPorts()));
        live.addAll(segment.tunnels().all());
        for (Port port : live) {
            PortCounters account = port.counters();
            all.add(account);
            held += port.heldPackets();
            ports.put(
                    port.id(),
                    new CountersSnapshot.PortTotals(
                            account.receivedPackets(),
                            account.receivedBytes(),
                            account.transmittedPackets(),
                            account.transmittedBytes()));
        }
        return new CountersSnapshot(counters.balance(all, held), Map.copyOf(drops), Map.copyOf(ports));
    }
}
