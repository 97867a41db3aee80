package io.osier.bench.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CpuTimeTest {
    @Test
    void idlenessWaitingForDisksAndStolenTimeAreNoWork() {
        String user = "100", nice = "20", system = "300", idle = "9999", iowait = "8888", irq = "4", softirq = "50";

        assertThat(CpuTime.busySeconds(List.of(
                        String.join(" ", "cpu ", user, nice, system, idle, iowait, irq, softirq, "7777", "0", "0"),
                        "cpu0 1 1 1 1 1 1 1 1 1 1")))
                .isEqualTo(4.74);
    }
}
