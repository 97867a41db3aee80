package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.worker.CountersSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("namespaces")
class RehearsalTest {
    private static final int ROUNDS = 64;

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("osier-worker"))
                .count();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itsPacketsTakeTheWholeWay(boolean offloaded) throws Exception {
        Set<TapOffload> offloads = offloaded ? TapFactory.acceptedOffloads() : Set.of();
        try (Rehearsal rehearsal = new Rehearsal(offloads)) {
            AtomicInteger rounds = new AtomicInteger();
            while (rounds.get() < ROUNDS) {
                rehearsal.round(rounds.getAndIncrement());
            }
            for (CountersSnapshot counters : rehearsal.counters()) {
                assertThat(counters.balance().holds()).isTrue();
                assertThat(counters.drops())
                        .as("only what nobody is there for, and a few for want of room")
                        .satisfies(drops -> assertThat(drops.keySet())
                                .isSubsetOf(
                                        DropReason.NO_SERVICE,
                                        DropReason.UNKNOWN_ARP_TARGET,
                                        DropReason.NO_RECEIVER,
                                        DropReason.PORT_FULL));
            }
            // On a busy machine most may be lost, or joined to one; what follows gets through.
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                rehearsal.round(rounds.getAndIncrement());
                assertThat(rehearsal.counters())
                        .allSatisfy(counters -> assertThat(counters.ports())
                                .hasSize(2)
                                .allSatisfy((port, totals) -> {
                                    assertThat(totals.receivedPackets()).isGreaterThan(ROUNDS / 2);
                                    assertThat(totals.transmittedPackets()).isGreaterThan(ROUNDS / 2);
                                }));
            });
        }
    }

    @Test
    void itEndsAndLeavesNothing() throws Exception {
        Rehearsal.perform(Set.of(), Duration.ofMillis(10)); // whatever is opened once for all
        long descriptors = descriptors();
        long workers = workers();

        Rehearsal.perform(TapFactory.acceptedOffloads(), Duration.ofMillis(300));

        assertThat(descriptors()).isEqualTo(descriptors);
        await().untilAsserted(() -> assertThat(workers()).isEqualTo(workers));
    }
}
