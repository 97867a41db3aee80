package io.osier.dataplane.forwarding;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.osier.dataplane.simulation.RawFrame;

class FrameFuzzTest extends FuzzedForwarder {
    @FuzzTest(maxDuration = "3s")
    void anyFrame(byte[] bytes) {
        RawFrame frame = RawFrame.of(bytes);
        POD.send(frame);
        NODE_A.host().send(frame);
        settleAndCheck();
    }
}
