package io.osier.dataplane.io;

import io.osier.dataplane.packet.Frame;
import java.nio.ByteBuffer;
import java.util.Random;

/** Ethernet frames of an experimental type (IEEE 802, 0x88b5), which no kernel answers. */
final class TestFrames {
    private static final int ETHER_TYPE = 0x88b5;

    private TestFrames() {}

    /** A frame of this length whose payload is told apart by the seed. */
    static byte[] bytes(long destination, long source, int lengthBytes, long seed) {
        ByteBuffer frame = ByteBuffer.allocate(lengthBytes);
        putMac(frame, destination);
        putMac(frame, source);
        frame.putShort((short) ETHER_TYPE);
        byte[] payload = new byte[frame.remaining()];
        new Random(seed).nextBytes(payload);
        return frame.put(payload).array();
    }

    private static void putMac(ByteBuffer frame, long mac) {
        frame.putShort((short) (mac >>> 32)).putInt((int) mac);
    }

    /** The bytes as a port would have received them. */
    static Frame frame(byte[] bytes) {
        Frame frame = new Frame();
        frame.reset(Frame.HEADROOM_BYTES, bytes.length);
        frame.bytes().put(frame.start(), bytes);
        return frame;
    }

    /** What lies in the frame's window. */
    static byte[] bytesOf(Frame frame) {
        byte[] bytes = new byte[frame.length()];
        frame.bytes().get(frame.start(), bytes);
        return bytes;
    }
}
