package io.osier.dataplane.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class UdpOffloadTest {
    /** The tunnel's socket is set up with them: a kernel without cannot run these tests either. */
    @Test
    void theKernelCutsAndJoins() throws IOException {
        assertThat(UdpOffload.accepted()).containsExactlyInAnyOrder(UdpOffload.SEGMENT, UdpOffload.GRO);
    }
}
