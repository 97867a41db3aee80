package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodSpec;
import io.osier.agent.model.PodStatus;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.directory.DirectoryStore;
import io.osier.dataplane.conntrack.ConnectionState;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.worker.ConnectionSnapshot;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which flows {@code get flows} and {@code delete flows} mean. */
class FlowFilterTest {
    private static final ConnectionSnapshot FLOW = new ConnectionSnapshot(
            6,
            IpAddress.parse("10.32.0.2"),
            40_000,
            IpAddress.parse("10.96.0.10"),
            80,
            IpAddress.parse("10.32.1.2"),
            9876,
            IpAddress.parse("10.32.0.2"),
            40_000,
            ConnectionState.ESTABLISHED,
            1,
            2,
            3);

    @TempDir
    Path folder;

    private DirectoryStore store;

    @BeforeEach
    void knowAPod() {
        store = DirectoryStore.open(folder);
        new ObjectStore(store)
                .put(
                        Keys.pod("default", "client"),
                        Pod.of(
                                ObjectMeta.named("client"),
                                PodSpec.EMPTY,
                                new PodStatus("Running", "10.32.0.2", List.of(), true, 0, null, null, List.of())));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private FlowFilter filter(String query) {
        return FlowFilter.of(
                ApiRequest.of("GET", "/osier/v1/flows?" + query, new byte[0]), new ObjectStore(store), List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "'', true",
        "pod=client, true",
        "pod=10.32.0.2, true",
        "pod=10.32.1.2, true",
        "pod=10.32.0.3, false",
        "backend=client, false",
        "backend=10.32.1.2, true",
        "backend=10.32.1.2:9876, true",
        "backend=10.32.1.2:80, false",
        "service=10.96.0.10:80, true",
        "service=10.96.0.11, false",
        "state=established, true",
        "state=TIME_WAIT, false",
        "pod=client&state=TIME_WAIT, false",
        "pod=[fd00::1]:80, false",
    })
    void eachParameterLeavesFewer(String query, boolean meant) {
        assertThat(filter(query).meant().test(FLOW)).isEqualTo(meant);
        assertThat(filter(query).isNarrowed()).isEqualTo(!query.isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pod=nobody | pods \"nobody\" not found",
                "service=web | services \"web\" not found",
                "backend=10.32.1.02 | address \"10.32.1.02\" must not have leading 0s",
                "backend=10.32.1.2:99999 | port \"99999\" must be 1 to 65535",
                "state=open | state \"open\" is none: SYN_SENT, ESTABLISHED, CLOSE_WAIT, TIME_WAIT, CLOSED, UNREPLIED, ASSURED, STALE, RESET",
            })
    void whatIsNotThereIsNamed(String query, String message) {
        assertThatThrownBy(() -> filter(query)).isInstanceOf(ApiError.class).hasMessage(message);
    }

    @Test
    void deletingAllHasToBeSaid() {
        assertThat(filter("namespace=default").isNarrowed()).isFalse();
    }
}
