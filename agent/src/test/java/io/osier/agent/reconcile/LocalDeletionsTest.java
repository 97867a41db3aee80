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
import java.util.ArrayList;
import java.util.List;
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

    private static boolean isDeleted(Pod pod) {
        return pod.metadata().deletionTimestamp() != null;
    }

    @Test
    void thePodIsBeingDeletedForThisNodeAndAnotherOfItsNameIsNot() {
        List<Pod> told = new ArrayList<>();
        deletions.onChange(told::add);
        deletions.add(pod("web", "1"));
        deletions.add(pod("web", "1"));

        assertThat(told).contains(pod("web", "1"));
        assertThat(isDeleted(deletions.seen(pod("web", "1")))).isTrue();
        assertThat(isDeleted(deletions.seen(pod("web", "2")))).isFalse();
    }

    @Test
    void anAgentThatStartsAnewKnowsOfIt() {
        deletions.add(pod("web", "1"));

        assertThat(isDeleted(again().seen(pod("web", "1")))).isTrue();
    }

    @Test
    void whatTheStoreHasForgottenIsForgotten() {
        deletions.add(pod("web", "1"));
        deletions.add(pod("db", "3"));
        deletions.settle("3"::equals);

        assertThat(isDeleted(again().seen(pod("web", "1")))).isFalse();
        assertThat(isDeleted(again().seen(pod("db", "3")))).isTrue();
    }

    @Test
    void aPodThatNobodyDeletesIsLeftAsItIs() {
        Pod pod = pod("web", "1");

        assertThat(deletions.seen(pod)).isSameAs(pod);
    }

    @Test
    void aFileThatCannotBeReadIsPassedOver() throws IOException {
        Files.writeString(folder.resolve("deletions"), "{{{");

        assertThat(isDeleted(again().seen(pod("web", "1")))).isFalse();
    }
}
