package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodSpec;
import io.osier.agent.model.PodStatus;
import io.osier.agent.store.directory.DirectoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is deleted while the store is away is deleted here, once, and nothing else is. */
class LocalDeletionsTest {
    @TempDir
    Path folder;

    private DirectoryStore store;
    private LocalDeletions deletions;

    @BeforeEach
    void begin() {
        store = DirectoryStore.open(folder.resolve("store"));
        deletions = again();
    }

    @AfterEach
    void end() {
        store.close();
    }

    /** As an agent that starts finds them. */
    private LocalDeletions again() {
        return new LocalDeletions(store, folder.resolve("deletions"));
    }

    private static Pod pod(String name, String uid) {
        ObjectMeta metadata = ObjectMeta.named(name).withNamespace("default").created(uid, Instant.EPOCH);
        return Pod.of(metadata, new PodSpec("node-a", null, List.of(), "Always"), PodStatus.PENDING);
    }

    private static ClusterState cluster(Pod... pods) {
        return new ClusterState(List.of(), List.of(pods), List.of(), List.of(), List.of());
    }

    private static boolean isDeleted(Pod pod) {
        return pod.metadata().deletionTimestamp() != null;
    }

    @Test
    void thePodIsBeingDeletedForThisNodeAndAnotherOfItsNameIsNot() {
        AtomicInteger changes = new AtomicInteger();
        deletions.onChange(changes::incrementAndGet);
        deletions.add(pod("web", "1"));
        deletions.add(pod("web", "1"));

        assertThat(changes).hasValueGreaterThan(0);
        assertThat(isDeleted(deletions.seen(pod("web", "1")))).isTrue();
        assertThat(isDeleted(deletions.seen(pod("web", "2")))).isFalse();
        assertThat(deletions.seen(cluster(pod("web", "1"), pod("db", "3"))).pods())
                .extracting(LocalDeletionsTest::isDeleted)
                .containsExactly(true, false);
    }

    @Test
    void anAgentThatStartsAnewKnowsOfIt() {
        deletions.add(pod("web", "1"));

        assertThat(isDeleted(again().seen(pod("web", "1")))).isTrue();
    }

    @Test
    void whatTheStoreHasForgottenIsForgotten() {
        deletions.add(pod("web", "1"));
        deletions.seen(cluster(pod("db", "3")));

        assertThat(isDeleted(again().seen(pod("web", "1")))).isFalse();
    }

    @Test
    void aClusterWithoutDeletionsIsLeftAsItIs() {
        ClusterState cluster = cluster(pod("web", "1"));

        assertThat(deletions.seen(cluster)).isSameAs(cluster);
    }

    @Test
    void aFileThatCannotBeReadIsPassedOver() throws IOException {
        Files.writeString(folder.resolve("deletions"), "{{{");

        assertThat(isDeleted(again().seen(pod("web", "1")))).isFalse();
    }
}
