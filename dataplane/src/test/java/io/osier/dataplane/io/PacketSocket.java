package io.osier.dataplane.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNativeException;

/** The kernel's view of an interface, by libpcap: what arrives there is seen, what is sent there leaves by it. */
final class PacketSocket implements AutoCloseable {
    /** Longer than any frame of a test; libpcap keeps room for as many of them as fit 2 MB. */
    private static final int SNAPSHOT_BYTES = 16_384;

    private final PcapHandle handle;

    private PacketSocket(PcapHandle handle) {
        this.handle = handle;
    }

    static PacketSocket open(TestNamespace namespace, String device) throws IOException {
        return namespace.namespace().call(() -> {
            PcapHandle handle = new PcapHandle.Builder(device)
                    .snaplen(SNAPSHOT_BYTES)
                    .immediateMode(true)
                    .build();
            handle.setBlockingMode(PcapHandle.BlockingMode.NONBLOCKING);
            return new PacketSocket(handle);
        });
    }

    /** Sends the frame as it is. */
    void send(byte[] frame) throws PcapNativeException, NotOpenException {
        handle.sendPacket(frame);
    }

    /** Sends the frame over and over. */
    void sendUntil(AtomicBoolean enough, byte[] frame) {
        while (!enough.get()) {
            try {
                send(frame);
            } catch (PcapNativeException e) {
                Thread.onSpinWait(); // the interface's queue is full
            } catch (NotOpenException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What has been seen and not been asked for yet. */
    List<byte[]> seen() throws NotOpenException {
        List<byte[]> frames = new ArrayList<>();
        for (byte[] frame = handle.getNextRawPacket(); frame != null; frame = handle.getNextRawPacket()) {
            frames.add(frame);
        }
        return frames;
    }

    @Override
    public void close() {
        handle.close();
    }
}
