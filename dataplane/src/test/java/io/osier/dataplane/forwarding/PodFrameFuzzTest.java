package io.osier.dataplane.forwarding;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.osier.dataplane.simulation.RawFrame;
import java.util.Arrays;

class PodFrameFuzzTest extends FuzzedForwarder {
    @FuzzTest(maxDuration = "3s")
    void anyFrameFromThePodItself(byte[] bytes) {
        byte[] frame = Arrays.copyOf(bytes, Math.max(bytes.length, 14));
        for (int i = 0; i < 6; i++) {
            frame[6 + i] = (byte) (POD.mac() >>> (40 - 8 * i));
        }
        POD.send(RawFrame.of(frame));
        settleAndCheck();
    }
}
