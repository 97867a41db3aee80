package io.osier.dataplane.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * Pods that talk to each other and to services at random, while the network loses, doubles, delays and cuts and the policy
 * changes: lives step by step through what one seed says.
 */
final class TrafficSimulation {
    /** What never happens among honest pods. */
    private static final List<String> IMPOSSIBLE_DROPS = List.of(
            "malformed",
            "spoofed",
            "tunnel-to-tunnel",
            "wrong-vni",
            "same-port",
            "untranslatable",
            "masquerade-ports-exhausted",
            "connection-table-full",
            "flow-share-exhausted");

    private final Random random;
    private final SimulatedCluster cluster;
    private final ChangingCluster world;
    private final BackendKnowledge knowledge;
    private final Conversations conversations;
    private final TunnelCheck tunnels;

    TrafficSimulation(long seed, int nodeCount) {
        random = new Random(seed);
        cluster = new SimulatedCluster(seed);
        world = new ChangingCluster(random, cluster, nodeCount);
        knowledge = new BackendKnowledge(world.nodes());
        conversations = new Conversations(random, cluster.clock(), world, knowledge);
        tunnels = new TunnelCheck(world);
    }

    /** Lives through this many random steps. */
    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            step(random.nextInt(100));
            knowledge.noteRemovals();
            settle();
            if (i % 100 == 0) {
                world.nodes().forEach(SimulatedNode::close);
            }
        }
    }

    private void step(int choice) {
        if (choice < 40) {
            conversations.ask(IpProtocol.UDP);
        } else if (choice < 65) {
            conversations.ask(IpProtocol.TCP);
        } else if (choice < 68) {
            broadcast(world.anyPod());
        } else if (choice < 72) {
            askForNeighbour(world.anyPod());
        } else if (choice < 80) {
            world.changeService();
        } else if (choice < 82) {
            world.replacePod();
        } else if (choice < 85) {
            world.changeNetwork();
        } else if (choice < 87) {
            world.changeWhoListens();
        } else if (choice < 90) {
            cluster.advance(Duration.ofSeconds(random.nextInt(40)));
        } else {
            cluster.clock().advance(Duration.ofMillis(random.nextInt(500)));
        }
    }

    private void broadcast(SimulatedPod sender) {
        tunnels.expectBroadcast();
        sender.port()
                .send(PacketBuilder.udp()
                        .from(sender.address(), 68)
                        .to("255.255.255.255", 67)
                        .toMac(MacAddress.BROADCAST));
    }

    private void askForNeighbour(SimulatedPod asker) {
        asker.port()
                .send(ArpBuilder.arpRequest()
                        .from(asker.address())
                        .to(world.anyPod().address()));
    }

    /** Lets packets move and pods answer until nothing is left to do at this moment. */
    private void settle() {
        boolean busy = true;
        while (busy) {
            cluster.settle();
            busy = false;
            for (SimulatedPod pod : List.copyOf(world.pods())) {
                pod.serve().forEach(conversations::judge);
                busy |= pod.port().waiting() > 0;
            }
        }
        tunnels.check(cluster.underlay().drainSent());
    }

    /** Mends everything, and then every client gets an answer from everybody who is there. */
    void finish() {
        world.mend();
        knowledge.noteRemovals();
        cluster.advance(Duration.ofSeconds(5));
        settle();
        conversations.askEverybody(this::settle);
        cluster.close();
        world.nodes()
                .forEach(node -> assertThat(node.drops())
                        .as("drops of %s", node)
                        .noneMatch(drop -> IMPOSSIBLE_DROPS.stream().anyMatch(drop::startsWith)));
    }

    /** How many questions were answered. */
    int answers() {
        return conversations.answers();
    }
}
