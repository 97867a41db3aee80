package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.ipam.AddressClaims;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodSpec;
import io.osier.agent.model.PodStatus;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.directory.DirectoryStore;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodMakerTest {
    private static final String KEY = Keys.pod("default", "web");

    private static Pod pod(String uid, boolean deleted) {
        ObjectMeta metadata = ObjectMeta.named("web").created(uid, Instant.EPOCH);
        return Pod.of(
                deleted ? metadata.deletedAt(Instant.EPOCH) : metadata,
                new PodSpec("node-a", null, List.of(), "Always"),
                PodStatus.running("10.32.0.2", 0));
    }

    @Test
    @SuppressWarnings("NullAway") // what makes pods is not asked
    void toForgetAPodTwiceIsNothingToTheNextOfItsName(@TempDir Path folder) {
        try (StateStore store = DirectoryStore.open(folder)) {
            ObjectStore objects = new ObjectStore(store);
            AddressClaims claims = new AddressClaims(store);
            PodMaker maker = new PodMaker(
                    new NodeSettings(
                            "node-a",
                            IpPrefix.parse("10.32.0.0/12"),
                            IpPrefix.parse("10.96.0.0/12"),
                            IpPrefix.parse("10.32.0.0/24"),
                            true),
                    store,
                    null,
                    null,
                    null);
            Pod old = pod("old", true);
            objects.put(KEY, old);
            assertThat(claims.claim(IpAddress.parse("10.32.0.2"), KEY)).isTrue();
            maker.forget(old);
            assertThat(objects.get(KEY, Pod.class)).isEmpty();

            objects.create(KEY, pod("new", false)); // the user makes it anew
            assertThat(claims.claim(IpAddress.parse("10.32.0.2"), KEY)).isTrue();
            maker.forget(old); // another round, before the watch has told of the first deletion

            assertThat(objects.get(KEY, Pod.class)).isPresent();
            assertThat(claims.ownerOf(IpAddress.parse("10.32.0.2"))).contains(KEY);
        }
    }
}
