package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AutogroupTest {
    @TempDir
    private Path proc;

    private Autogroup of(String stat) throws IOException {
        Files.writeString(proc.resolve("stat"), stat);
        return new Autogroup(proc.resolve("stat"), proc.resolve("autogroup"));
    }

    private Path withGroup() throws IOException {
        return Files.writeString(proc.resolve("autogroup"), "/autogroup-72 nice 0");
    }

    @Test
    void theLeaderOfASessionGivesItsGroupANiceness() throws IOException {
        Path group = withGroup();
        assertThat(of("814 (java) S 1 814 814 0 -1 4194560\n").setNiceness(-10)).isTrue();
        assertThat(group).hasContent("-10");
    }

    @Test
    void theGroupOfSomebodyElsesSessionIsLeftAlone() throws IOException {
        Path group = withGroup();
        assertThat(of("814 (java) S 800 814 799 34816 814 4194560\n").setNiceness(-10))
                .isFalse();
        assertThat(group).hasContent("/autogroup-72 nice 0");
    }

    @Test
    void aNameMayLookLikeTheRest() throws IOException {
        withGroup();
        assertThat(of("814 (a b) S 1 2 814) S 1 814 799 0\n").setNiceness(-10)).isFalse();
        assertThat(of("814 (a b) S 1 2 799) S 1 814 814 0\n").setNiceness(-10)).isTrue();
    }

    @Test
    void aKernelWithoutSuchGroupsIsNoHindrance() {
        assertThat(new Autogroup(proc.resolve("nothing"), proc.resolve("here")).setNiceness(-10))
                .isFalse();
    }
}
