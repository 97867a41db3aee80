package io.osier.agent.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CallersLocaleTest {
    @Test
    void aLocaleThatWasTakenIsGivenBack() {
        assertThat(restored(Map.of("LC_ALL", "C.UTF-8", "OSIER_LC_ALL", "POSIX", "LANG", "C")))
                .isEqualTo(Map.of("LC_ALL", "POSIX", "LANG", "C"));
    }

    @Test
    void oneThatWasNotSetIsNotSetAgain() {
        assertThat(restored(Map.of("LC_ALL", "C.UTF-8", "OSIER_LC_ALL", ""))).isEmpty();
    }

    @Test
    void oneThatWasLeftAloneStays() {
        assertThat(restored(Map.of("LC_ALL", "de_DE.UTF-8"))).isEqualTo(Map.of("LC_ALL", "de_DE.UTF-8"));
    }

    private static Map<String, String> restored(Map<String, String> environment) {
        Map<String, String> child = new HashMap<>(environment);
        CallersLocale.restore(child);
        return child;
    }
}
