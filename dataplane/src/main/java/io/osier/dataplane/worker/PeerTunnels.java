package io.osier.dataplane.worker;

import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.Segment;
import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.vxlan.Segmenter;
import io.osier.dataplane.vxlan.Tunnels;
import io.osier.dataplane.vxlan.Underlay;
import io.osier.dataplane.vxlan.VxlanTunnel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tunnels of a worker's segment: they come and go with its peers, and learn how long a packet may be. The worker's own. */
final class PeerTunnels {
    private static final int TICKS_PER_MTU_ROUND = 10;

    private final Segment segment;
    private final Underlay underlay;
    private final Counters counters;
    private final int vni;
    private final Segmenter segmenter;
    private List<Peer> peers = List.of();
    private int mtuPosition;

    /** @param counters the account of tunnels that go is added to it */
    PeerTunnels(Segment segment, Underlay underlay, Counters counters, int vni) {
        this.segment = segment;
        this.underlay = underlay;
        this.counters = counters;
        this.vni = vni;
        segmenter = new Segmenter(underlay);
    }

    /**
     * Has the segment go by this state, with a tunnel to each of its peers; those that are there already stay. A state that has
     * the peers of the one before, as the same list, is a reference and nothing else.
     */
    @SuppressWarnings("ReferenceEquality") // comparing a thousand peers by value is what is to be spared
    void adopt(ForwardingState state) {
        segment.adopt(state, state.peers() == peers ? segment.tunnels() : to(state.peers()));
        peers = state.peers();
    }

    private Tunnels to(List<Peer> others) {
        List<VxlanTunnel> tunnels = new ArrayList<>();
        for (Peer peer : others) {
            VxlanTunnel present = segment.tunnels().to(peer.underlay());
            VxlanTunnel tunnel = present != null && isFor(present, peer) ? present : make(peer);
            tunnel.setAnnouncedMtuBytes(peer.mtuBytes());
            tunnels.add(tunnel);
            if (tunnel != present) {
                tunnel.refreshMtu();
            }
        }
        Set<VxlanTunnel> kept = Collections.newSetFromMap(new IdentityHashMap<>(tunnels.size()));
        kept.addAll(tunnels);
        for (VxlanTunnel old : segment.tunnels().all()) {
            if (!kept.contains(old)) {
                counters.retire(old.counters());
                segment.removePort(old);
            }
        }
        return new Tunnels(tunnels);
    }

    /** A tunnel that no packet is sent into as long as the segment does not have it. */
    VxlanTunnel make(Peer peer) {
        return new VxlanTunnel(
                peer.name(), peer.underlay(), peer.foreign(), peer.remoteChecksum(), vni, underlay, segmenter);
    }

    private static boolean isFor(VxlanTunnel tunnel, Peer peer) {
        return tunnel.isForeign() == peer.foreign()
                && tunnel.hasRemoteChecksum() == peer.remoteChecksum()
                && tunnel.id().name().equals(peer.name());
    }

    /** Paths change without notice: called once a second, it looks at each again about every ten. */
    void refreshMtus() {
        List<VxlanTunnel> tunnels = segment.tunnels().all();
        int step = (tunnels.size() + TICKS_PER_MTU_ROUND - 1) / TICKS_PER_MTU_ROUND;
        for (int i = 0; i < step; i++) {
            mtuPosition = (mtuPosition + 1) % tunnels.size();
            tunnels.get(mtuPosition).refreshMtu();
        }
    }

    /** What the underlay has just found too long must not happen twice. */
    void learnFromTooLong() {
        IpAddress node = underlay.takeTooLongFor();
        VxlanTunnel tunnel = node == null ? null : segment.tunnels().to(node);
        if (tunnel != null) {
            tunnel.refreshMtu();
        }
    }

    /** The longest IP packet that each tunnel takes, by its node. */
    Map<String, Integer> mtuBytes() {
        Map<String, Integer> mtus = new HashMap<>();
        segment.tunnels().all().forEach(tunnel -> mtus.put(tunnel.id().name(), tunnel.mtuBytes()));
        return mtus;
    }
}
