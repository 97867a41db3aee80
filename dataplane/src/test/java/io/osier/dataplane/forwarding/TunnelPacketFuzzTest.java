package io.osier.dataplane.forwarding;

import com.code_intelligence.jazzer.junit.FuzzTest;

class TunnelPacketFuzzTest extends FuzzedForwarder {
    @FuzzTest(maxDuration = "3s")
    void anyTunnelPacket(byte[] bytes) {
        NODE_B.socket().send(NODE_A.underlayAddress(), bytes);
        settleAndCheck();
    }
}
