package io.osier.agent.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.dataplane.packet.IpAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class LiveNamesTest {
    private static final IpAddress WEB_1 = IpAddress.parse("10.32.0.2");
    private static final IpAddress WEB_2 = IpAddress.parse("10.32.0.3");

    private volatile Supplier<Map<IpAddress, List<String>>> cluster = () -> Map.of(WEB_1, List.of("web-1"));

    @Test
    void namesThatAreNewAreTakenOnce() {
        LiveNames names = begin();
        try (names) {
            assertThat(names.takeNew()).isEqualTo(Map.of(WEB_1, List.of("web-1")));
            assertThat(names.takeNew()).isEmpty();
            cluster = () -> Map.of(WEB_1, List.of("web-1"), WEB_2, List.of("web-2"));
        }
        assertThat(names.takeNew()).isEqualTo(Map.of(WEB_2, List.of("web-2")));
    }

    @Test
    void anAddressThatHasAnotherNameIsNew() {
        LiveNames names = begin();
        try (names) {
            names.takeNew();
            cluster = () -> Map.of(WEB_1, List.of("db"));
        }
        assertThat(names.takeNew()).isEqualTo(Map.of(WEB_1, List.of("db")));
    }

    @Test
    void whoDoesNotAnswerLaterOnHasNothingNew() {
        LiveNames names = begin();
        try (names) {
            names.takeNew();
            cluster = () -> {
                throw new IllegalStateException("no agent answers");
            };
        }
        assertThat(names.takeNew()).isEmpty();
    }

    @Test
    void whoDoesNotAnswerAtFirstIsHeardOf() {
        cluster = () -> {
            throw new IllegalStateException("no agent answers");
        };
        assertThatThrownBy(this::begin).hasMessage("no agent answers");
    }

    private LiveNames begin() {
        return new LiveNames(() -> cluster.get());
    }
}
