package io.osier.dataplane.io;

import static io.osier.dataplane.io.BulkTraffic.BULK_BATCHES;
import static io.osier.dataplane.io.BulkTraffic.SUPER_FRAME_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BulkTrafficTest {
    private final List<Boolean> changes = new ArrayList<>();
    private final BulkTraffic traffic = new BulkTraffic(changes::add);

    private void secondWith(int batches) {
        for (int i = 0; i < batches; i++) {
            traffic.carried(2 * SUPER_FRAME_BYTES, 2);
            traffic.carried(3 * 66, 3); // their acknowledgments
        }
        traffic.look();
    }

    @Test
    void bulkLastsAsLongAsSuperFramesComeInNumbers() {
        secondWith(BULK_BATCHES * 50);
        secondWith(BULK_BATCHES);
        assertThat(changes).containsExactly(true);

        secondWith(BULK_BATCHES - 1);
        secondWith(0);
        assertThat(changes).containsExactly(true, false);
    }

    @Test
    void itIsNoticedBeforeASecondIsOver() {
        for (int i = 0; i < BULK_BATCHES; i++) {
            assertThat(changes).isEmpty();
            traffic.carried(SUPER_FRAME_BYTES, 1);
        }
        assertThat(changes).containsExactly(true);
    }

    @Test
    void aFewSuperFramesAreNoBulk() {
        for (int i = 0; i < 10; i++) {
            secondWith(BULK_BATCHES - 1);
        }
        assertThat(changes).isEmpty();
    }

    @Test
    void manyPacketsAreNoBulk() {
        for (int i = 0; i < 2 * BULK_BATCHES; i++) {
            traffic.carried(64 * 1_500, 64);
            traffic.carried(0, 0);
        }
        assertThat(changes).isEmpty();
    }
}
