package io.osier.agent.reconcile;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.policy.Isolation;
import io.osier.dataplane.policy.PodPolicy;
import io.osier.dataplane.policy.PolicyTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a table of policies lets a pod receive and send, asked for whom and what random clusters have. */
final class PolicyVerdicts {
    static final List<Integer> PROTOCOLS = List.of(IpProtocol.ICMP, IpProtocol.TCP, IpProtocol.UDP);

    private PolicyVerdicts() {}

    /** All that may pass, in words, and {@code unknown} or {@code everything} where nothing has to be asked. */
    static List<String> of(PolicyTable table, IpAddress pod, List<Integer> ports) {
        PodPolicy policy = table.of(pod.high(), pod.low());
        if (policy == null) {
            return List.of("unknown");
        }
        List<String> verdicts = new ArrayList<>();
        verdicts.addAll(of("ingress", policy.ingress(), ports));
        verdicts.addAll(of("egress", policy.egress(), ports));
        return verdicts;
    }

    private static List<String> of(String direction, @Nullable Isolation isolation, List<Integer> ports) {
        if (isolation == null) {
            return List.of(direction + " everything");
        }
        List<String> verdicts = new ArrayList<>();
        for (IpAddress peer : peers()) {
            for (int protocol : PROTOCOLS) {
                for (int port : ports) {
                    if (isolation.admitting(peer.high(), peer.low(), protocol, port) != null) {
                        verdicts.add(direction + " " + peer + " " + IpProtocol.name(protocol) + " " + port);
                    }
                }
            }
        }
        return verdicts;
    }

    /** Addresses of pods, of both families, and others. */
    static List<IpAddress> peers() {
        List<IpAddress> peers = new ArrayList<>(List.of(IpAddress.parse("192.0.2.1"), IpAddress.parse("fd00:1::")));
        for (String text : RandomManifests.POD_ADDRESSES) {
            IpAddress pod = IpAddress.parse(text);
            peers.add(pod);
            peers.add(RandomManifests.PODS6.of(pod));
        }
        return peers;
    }
}
