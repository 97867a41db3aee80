package io.osier.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DropReasonTest {
    @ParameterizedTest
    @EnumSource
    void hasANameAndASentenceForUsers(DropReason reason) {
        assertThat(reason.label()).matches("[a-z0-9]+(-[a-z0-9]+)*");
        assertThat(reason.sentence()).isNotBlank().doesNotEndWith(".");
    }

    @Test
    void noTwoSayTheSame() {
        assertThat(DropReason.values()).extracting(DropReason::sentence).doesNotHaveDuplicates();
        assertThat(Arrays.stream(DropReason.values()).map(DropReason::label)).contains("no-endpoint");
    }
}
