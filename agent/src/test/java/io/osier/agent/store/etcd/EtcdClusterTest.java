package io.osier.agent.store.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreException;
import io.osier.agent.store.Versioned;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real etcd servers, of which some die. */
@Tag("etcd")
class EtcdClusterTest {
    private static final int KEYS = 60;

    @TempDir
    Path folder;

    @Test
    void whenTheLeaderIsKilledEveryWriteHappenedOnceOrNotAtAllAndIsAnsweredInTime() throws Exception {
        Map<String, Long> written = new LinkedHashMap<>();
        Duration longest = Duration.ZERO;
        try (EtcdServers servers = EtcdServers.start(folder, 3);
                StateStore store = EtcdStore.open(EtcdSettings.open(servers.endpoints(), "/osier/"))) {
            int unknown = 0;
            for (int i = 0; i < KEYS; i++) {
                if (i == KEYS / 3) {
                    servers.kill(servers.leader());
                }
                String key = "keys/" + i;
                long startNanos = System.nanoTime();
                try {
                    // Nobody else writes these keys, so "somebody was first" would be a lie.
                    written.put(
                            key,
                            store.compareAndSet(key, StateStore.ABSENT, key.getBytes(UTF_8))
                                    .orElseThrow());
                } catch (StoreException e) {
                    unknown++;
                }
                Duration took = Duration.ofNanos(System.nanoTime() - startNanos);
                longest = took.compareTo(longest) > 0 ? took : longest;
            }

            assertThat(longest).isLessThan(EtcdCalls.DEADLINE.plusSeconds(1));
            assertThat(written).hasSize(KEYS - unknown);
            assertThat(unknown).isLessThanOrEqualTo(1);
            Map<String, Long> held = new LinkedHashMap<>();
            for (Versioned entry : store.list("keys")) {
                held.put(entry.key(), entry.revision());
            }
            assertThat(held).containsAllEntriesOf(written);
        }
    }
}
