package io.osier.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodSpec;
import io.osier.agent.model.PodStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PodNumbersTest {
    private static Pod pod(String name, String uid) {
        return Pod.of(ObjectMeta.named(name).created(uid, Instant.EPOCH), PodSpec.EMPTY, PodStatus.PENDING);
    }

    @Property(tries = 200)
    void aNumberIsTheOneThatAgentsBeforeHaveGiven(@ForAll String uid) {
        UUID known = UUID.nameUUIDFromBytes(uid.getBytes(StandardCharsets.UTF_8));

        assertThat(new PodNumbers().of(uid))
                .isEqualTo((known.getMostSignificantBits() ^ Long.rotateLeft(known.getLeastSignificantBits(), 17)) | 1);
    }

    @Test
    void whoHasNoUidHasNoNumber() {
        assertThat(new PodNumbers().of((String) null)).isZero();
    }

    @Test
    void podsThatComeAndGoAreToldApart() {
        PodNumbers numbers = new PodNumbers();
        List<Pod> first = List.of(pod("a", "uid-1"), pod("b", "uid-2"));

        assertThat(numbers.of(first).contains(numbers.of("uid-1"))).isTrue();
        assertThat(numbers.of(List.copyOf(first))).isSameAs(numbers.of(first));
        assertThat(numbers.of(List.of(pod("a", "uid-3"))).contains(numbers.of("uid-1")))
                .isFalse();
        assertThat(numbers.of(List.of(pod("a", "uid-3"))).contains(numbers.of("uid-3")))
                .isTrue();
    }
}
