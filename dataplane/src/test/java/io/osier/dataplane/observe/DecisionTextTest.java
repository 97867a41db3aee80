package io.osier.dataplane.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.observe.PacketTrace.Choice;
import io.osier.dataplane.observe.PacketTrace.Rewrite;
import io.osier.dataplane.packet.DropReason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DecisionTextTest {
    private static final byte[] FRAME = TestPackets.udp("10.32.1.2", 1, "10.32.1.3", 2);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.97.208.63:80 | 10.40.0.5:9876 | 1 |    2 | DNAT 10.97.208.63:80 -> 10.40.0.5:9876, backend 2 of 2, p=0.5",
                "10.97.208.63:80 | 10.40.0.5:9876 | 0 |    1 | DNAT 10.97.208.63:80 -> 10.40.0.5:9876, backend 1 of 1, p=1",
                "10.97.208.63:80 | 10.40.0.5:9876 | 2 |    3 | DNAT 10.97.208.63:80 -> 10.40.0.5:9876, backend 3 of 3, p=0.333",
                "10.97.208.63:80 | 10.40.0.5:9876 | 9 | 3000 | DNAT 10.97.208.63:80 -> 10.40.0.5:9876, backend 10 of 3000, p=0.000333",
                "fd00::1:80      | fd01::5:9876   | 0 |    4 | 'DNAT [fd00::1]:80 -> [fd01::5]:9876, backend 1 of 4, p=0.25'",
            })
    void saysWhichBackendAServiceChose(String service, String backend, int index, int count, String words) {
        assertThat(words(Captures.rewritten(Rewrite.DNAT, service, backend, index, count, false)))
                .isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({
        "CHANCE, p=0.5",
        "WEIGHT, by weight",
        "MAGLEV, by maglev",
        "LEAST_CONNECTIONS, by least connections",
        "AFFINITY, by session affinity"
    })
    void saysByWhatItWasChosen(Choice choice, String words) {
        PacketDecision decision =
                Captures.chosen(choice, Captures.rewritten(Rewrite.DNAT, "10.96.0.9:80", "10.32.1.2:90", 1, 2, false));
        assertThat(words(decision)).isEqualTo("DNAT 10.96.0.9:80 -> 10.32.1.2:90, backend 2 of 2, " + words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DNAT            | DNAT 10.96.0.9:80 -> 10.32.1.2:90, backend 1 of 1, p=1, client masqueraded behind the gateway",
                "UNDNAT          | reply of 10.96.0.9:80, DNAT to 10.32.1.2:90 undone, masquerade undone",
                "SNAT            | SNAT to another source port, since a service's flow to 10.32.1.2:90 has the client's",
                "UNSNAT          | reply of 10.32.1.2:90, SNAT undone",
                "ICMP_TO_CLIENT  | ICMP error about 10.96.0.9:80 -> 10.32.1.2:90, put in the client's terms",
                "ICMP_TO_BACKEND | ICMP error about 10.96.0.9:80 -> 10.32.1.2:90, put in the backend's terms",
            })
    void saysWhatElseHappenedToAddresses(Rewrite rewrite, String words) {
        assertThat(words(Captures.rewritten(rewrite, "10.96.0.9:80", "10.32.1.2:90", 0, 1, true)))
                .isEqualTo(words);
    }

    @ParameterizedTest
    @EnumSource
    void saysWhyAPacketWasDropped(DropReason reason) {
        assertThat(words(Captures.dropped(reason.label())))
                .isEqualTo("dropped: " + reason.label() + " (" + reason.sentence() + ")");
    }

    @ParameterizedTest
    @CsvSource({"of-a-later-release"})
    void passesOnAReasonThatItDoesNotKnow(String label) {
        assertThat(words(Captures.dropped(label))).isEqualTo("dropped: " + label);
    }

    private static String words(PacketDecision decision) {
        return DecisionText.of(Captures.record("web-1", CaptureStage.TAP_IN, decision, FRAME));
    }
}
