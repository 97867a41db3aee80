package io.osier.agent.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.osier.agent.store.StateStore;
import io.osier.agent.store.StateStoreContract;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.StoreException;
import io.osier.agent.store.Versioned;
import io.osier.agent.store.Watchable;
import io.osier.agent.store.Write;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on one real etcd server, and what is etcd's own. */
@Tag("etcd")
@SuppressWarnings("try") // a watch is held open, not used
class EtcdStoreTest extends StateStoreContract {
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    @TempDir
    static Path folder;

    private static EtcdServers servers;

    private String prefix = "/osier-" + PREFIXES.incrementAndGet() + "/";

    @BeforeAll
    static void startEtcd() throws Exception {
        servers = EtcdServers.start(folder, 1);
    }

    @AfterAll
    static void endEtcd() {
        servers.close();
    }

    @Override
    protected StateStore open() {
        return EtcdStore.open(EtcdSettings.open(servers.endpoints(), prefix));
    }

    @Test
    void aKeyIsWhereEtcdctlFindsIt() throws Exception {
        create("pods/default/web", "{\"kind\":\"Pod\"}");

        assertThat(servers.etcdctl("get", "--print-value-only", prefix + "pods/default/web"))
                .isEqualTo("{\"kind\":\"Pod\"}");
    }

    @Test
    void aStoreThatIsClosedLeavesOnlyItsKeys() throws Exception {
        try (StateStore third = open()) {
            third.compareAndSet("a/b", StateStore.ABSENT, bytes("x"));
        }
        assertThat(servers.etcdctl("get", "--prefix", "--keys-only", prefix)).isEqualTo(prefix + "a/b");
    }

    @Test
    void aWatchGoesOnOverRestartAndCompaction() throws Exception {
        long stays = create("pods/a/stays", "1");
        long goes = create("pods/a/goes", "1");
        List<String> events = new CopyOnWriteArrayList<>();
        try (Watchable.Watch watch = store().watch("pods", event -> events.add(line(event)))) {
            await().until(() -> events.contains("SYNCED "));
            servers.kill(0);
            servers.restart(0);
            servers.awaitHealthy();
            // Written and compacted by others while the watch may still be away.
            servers.etcdctl("del", prefix + "pods/a/goes");
            servers.etcdctl("put", prefix + "pods/a/new", "1");
            String header = servers.etcdctl("put", prefix + "pods/a/new", "2", "-w", "json");
            servers.etcdctl("compact", header.replaceAll(".*\"revision\":(\\d+).*", "$1"));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> events.contains("DELETE pods/a/goes") && events.contains("PUT pods/a/new=2"));
            create("pods/a/later", "1");
            await().until(() -> events.contains("PUT pods/a/later=1"));
        }
        assertThat(events).doesNotHaveDuplicates().containsOnlyOnce("PUT pods/a/stays=1", "SYNCED ");
        assertThat(goes).isGreaterThan(stays);
    }

    @Test
    void moreIsListedThanOneAnswerHolds() {
        // Six MiB: more than gRPC takes in a message if nobody says otherwise. The last page has one key.
        byte[] value = new byte[3 << 10];
        for (int i = 0; i < 2_001; i += 87) {
            List<Write> some = IntStream.range(i, Math.min(i + 87, 2_001))
                    .mapToObj(number -> Write.put("pods/a/%04d".formatted(number), StateStore.ABSENT, value))
                    .toList();
            store().commit(some).orElseThrow();
        }
        create("podsx/behind", "x");

        List<Versioned> listed = store().list("pods");
        List<String> told = new CopyOnWriteArrayList<>();
        try (Watchable.Watch watch = store().watch("pods", event -> told.add(event.key()))) {
            await().atMost(Duration.ofSeconds(20)).until(() -> told.contains(""));
        }

        assertThat(listed)
                .hasSize(2_001)
                .allSatisfy(entry -> assertThat(entry.value()).hasSize(value.length));
        assertThat(listed.stream().map(Versioned::key)).isSorted().doesNotHaveDuplicates();
        assertThat(told)
                .hasSize(2_002)
                .containsAll(listed.stream().map(Versioned::key).toList());
    }

    @Test
    void aWatchOfWhatNeverChangesIsAskedWhetherItIsThere() throws Exception {
        create("pods/a/1", "1");
        List<String> events = new CopyOnWriteArrayList<>();
        AtomicInteger lists = new AtomicInteger();
        EtcdStore counted = (EtcdStore) store();
        try (EtcdWatch watch =
                new EtcdWatch(counted, "pods", event -> events.add(line(event)), Duration.ofMillis(200)) {
                    @Override
                    long lookAround() {
                        lists.incrementAndGet();
                        return super.lookAround();
                    }
                }) {
            watch.start();
            await().until(() -> events.contains("SYNCED "));
            TimeUnit.SECONDS.sleep(2);
            create("pods/a/2", "2");
            await().until(() -> events.contains("PUT pods/a/2=2"));
        }
        assertThat(lists).hasValue(1);
    }

    @Test
    void whoeverCallsAnEtcdThatIsAwayHearsSoInTime() {
        EtcdSettings nobody = EtcdSettings.open(List.of("http://127.0.0.1:1"), prefix);
        try (StateStore away = EtcdStore.open(nobody)) {
            long startNanos = System.nanoTime();
            assertThatThrownBy(() -> away.get("a/b"))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("http://127.0.0.1:1")
                    .hasMessageNotContaining("\n");
            assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(EtcdCalls.DEADLINE.plusSeconds(2));
        }
    }

    private static String line(StoreEvent event) {
        return event.type() + " " + event.key() + (event.entry() == null ? "" : "=" + text(event.entry()));
    }
}
