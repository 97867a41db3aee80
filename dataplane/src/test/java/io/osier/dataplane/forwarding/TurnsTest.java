package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.ping;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.VirtioNetHeader;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.simulation.MemoryPort;
import io.osier.dataplane.simulation.RawFrame;
import io.osier.dataplane.worker.Worker;
import org.junit.jupiter.api.Test;

/** Whoever sends much gets its turn and no more; whoever sends little does not wait for it. */
class TurnsTest extends TwoNodeScenario {
    private static final int SUPER_FRAME_BYTES = 60_000;

    private void flood(MemoryPort from, String address, String target, int packets) {
        for (int i = 0; i < packets; i++) {
            from.send(udp().from(address, 4000).to(target, 7001));
        }
    }

    private static RawFrame superFrame(String from, String to) {
        return tcp().from(from, 4000)
                .to(to, 80)
                .ack()
                .payload(new byte[SUPER_FRAME_BYTES])
                .partialChecksum()
                .build()
                .withSegments(VirtioNetHeader.GSO_TCPV4, 1448);
    }

    @Test
    void aTurnHasAsManyPacketsAsABatch() {
        flood(client, CLIENT, NEAR, 1_000);

        nodeA.cycle();
        assertThat(near.drainFrames()).hasSize(Worker.BATCH_FRAMES);

        nodeA.cycle();
        assertThat(near.drainFrames()).hasSize(Worker.BATCH_FRAMES);
        assertThat(client.waiting()).isEqualTo(1_000 - 2 * Worker.BATCH_FRAMES);
    }

    @Test
    void aTurnOfLongFramesEndsAfterSoManyBytes() {
        for (int i = 0; i < 40; i++) {
            client.send(superFrame(CLIENT, NEAR));
        }

        nodeA.cycle();

        // The frame that passes the bound is the last: one below it, one beyond.
        assertThat(near.drainFrames()).hasSize(FrameBatch.TURN_BYTES / SUPER_FRAME_BYTES + 1);
    }

    @Test
    void aFloodFromOnePodKeepsNeitherAnotherNorTheHostWaiting() {
        for (int round = 1; round <= 20; round++) {
            flood(client, CLIENT, FAR, 1_000);
            near.send(ping(round).from(NEAR).to(FAR));
            nodeA.host().send(ping(round).from(GATEWAY_A).to(FAR));

            nodeA.cycle();
            nodeB.cycle();
            nodeB.cycle();

            assertThat(far.drain())
                    .contains("10.32.0.3 > 10.32.1.2 icmp 8/0 seq " + round)
                    .contains("10.32.0.1 > 10.32.1.2 icmp 8/0 seq " + round);
        }
        assertThat(client.waiting()).as("what is left of the flood").isGreaterThan(15_000);
    }

    @Test
    void longFramesOfOnePodKeepNobodyWaitingEither() {
        for (int i = 0; i < 200; i++) {
            client.send(superFrame(CLIENT, NEAR));
        }
        near.send(ping(1).from(NEAR).to(FAR));

        nodeA.cycle();
        nodeB.cycle();

        assertThat(far.drain()).containsExactly("10.32.0.3 > 10.32.1.2 icmp 8/0 seq 1");
        assertThat(client.waiting()).isEqualTo(198);
    }

    @Test
    void aFloodThatTheUnderlayCannotTakeIsCountedToThePacket() {
        nodeA.socket().failOnFlush(DropReason.UNDERLAY_FULL, nodeA.counters().drops());
        flood(client, CLIENT, FAR, 1_000);

        cluster.settle();

        assertThat(nodeA.drops()).containsExactly("underlay-full 1000");
        assertThat(nodeA.worker().counters().balance().holds()).isTrue();
    }

    @Test
    void aFloodIntoAFullPortHindersNobodyElse() {
        near.failWith(DropReason.PORT_FULL);
        flood(client, CLIENT, NEAR, 1_000);
        client.send(ping(1).from(CLIENT).to(FAR));

        cluster.settle();

        assertThat(nodeA.drops()).containsExactly("port-full 1000");
        assertThat(far.drain()).containsExactly("10.32.0.2 > 10.32.1.2 icmp 8/0 seq 1");
    }
}
