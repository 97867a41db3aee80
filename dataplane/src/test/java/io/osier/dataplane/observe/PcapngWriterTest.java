package io.osier.dataplane.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The file's bytes against the draft; what Wireshark makes of them is {@link PcapngWithWiresharkTest}. */
class PcapngWriterTest {
    private static final PcapngWriter.Description DESCRIPTION =
            new PcapngWriter.Description("a machine", "an OS", "Osier 1", 1_000, "udp port 53");
    private static final byte[] FRAME = TestPackets.udp("10.32.1.2", 1, "10.32.1.3", 2);

    /** A block as a reader finds it. */
    private record Block(int type, ByteBuffer body) {
        int intAt(int index) {
            return body.getInt(index);
        }

        /** The value of an option that begins behind {@code fixed} bytes. */
        ByteBuffer option(int fixed, int code) {
            for (int at = fixed; body.getShort(at) != 0; at += 4 + (body.getShort(at + 2) + 3 & -4)) {
                if (body.getShort(at) == code) {
                    return body.slice(at + 4, body.getShort(at + 2)).order(ByteOrder.LITTLE_ENDIAN);
                }
            }
            throw new AssertionError("no option " + code);
        }

        String text(int fixed, int code) {
            return StandardCharsets.UTF_8.decode(option(fixed, code)).toString();
        }
    }

    @Provide
    Arbitrary<List<CaptureRecord>> records() {
        return Captures.records().list().ofMaxSize(20);
    }

    @Property(tries = 200)
    void makesWholeBlocksOfAnyRecords(@ForAll("records") List<CaptureRecord> records) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (PcapngWriter writer = new PcapngWriter(file, DESCRIPTION)) {
            for (CaptureRecord capture : records) {
                writer.write(capture);
            }
        }
        List<Block> blocks = blocks(file.toByteArray());
        List<Block> packets = blocks.stream().filter(block -> block.type() == 6).toList();
        assertThat(packets).hasSameSizeAs(records);
        for (int i = 0; i < records.size(); i++) {
            CaptureRecord capture = records.get(i);
            Block block = packets.get(i);
            int outerBytes = capture.isTunnelled() ? 14 : 0;
            int keptBytes = capture.packet().limit();
            assertThat(block.intAt(12)).isEqualTo(outerBytes + keptBytes);
            assertThat(block.intAt(16)).isEqualTo(outerBytes + capture.originalLengthBytes());
            assertThat(block.body().slice(20 + outerBytes, keptBytes)).isEqualTo(capture.packet());
            int options = 20 + (outerBytes + keptBytes + 3 & -4);
            assertThat(block.text(options, 1)).isEqualTo(DecisionText.of(capture));
            assertThat(block.option(options, 5).getLong(0)).isEqualTo(capture.packetId());
        }
    }

    @Test
    void describesItselfAndEachPlaceOnce() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (PcapngWriter writer = new PcapngWriter(file, DESCRIPTION)) {
            writer.write(Captures.record("web-1", CaptureStage.TAP_IN, Captures.forwarded(), FRAME));
            writer.write(Captures.record("web-2", CaptureStage.TAP_OUT, Captures.forwarded(), FRAME));
            writer.write(Captures.record("web-1", CaptureStage.TAP_IN, Captures.forwarded(), FRAME));
            writer.lost(new ObservationPoint("web-2", CaptureStage.TAP_OUT), 5);
            writer.lost(new ObservationPoint("node-a", CaptureStage.VXLAN_OUT), 7);
        }

        List<Block> blocks = blocks(file.toByteArray());

        assertThat(blocks.stream().map(Block::type)).containsExactly(0x0a0d0d0a, 1, 6, 1, 6, 6, 1, 5, 5, 5);
        assertThat(blocks.get(0).text(16, 4)).isEqualTo("Osier 1");
        assertThat(blocks.get(1).text(8, 2)).isEqualTo("web-1 tap-in");
        assertThat(blocks.get(1).text(8, 3)).isEqualTo("what pod web-1 sends");
        assertThat(blocks.get(1).option(8, 9).get(0)).as("nanoseconds").isEqualTo((byte) 9);
        assertThat(blocks.get(1).text(8, 11)).isEqualTo("\0udp port 53");
        assertThat(blocks.get(1).body().getShort(0)).as("Ethernet").isEqualTo((short) 1);
        assertThat(blocks.get(6).body().getShort(0)).as("the tunnel's, too").isEqualTo((short) 1);
        assertThat(List.of(blocks.get(2), blocks.get(4), blocks.get(5)))
                .extracting(block -> block.intAt(0))
                .containsExactly(0, 1, 0);
        long nanos = ((long) blocks.get(2).intAt(4) << 32)
                | Integer.toUnsignedLong(blocks.get(2).intAt(8));
        assertThat(nanos).isEqualTo(1_700_000_000_123_456_789L);
        assertThat(blocks.subList(7, 10))
                .extracting(block -> block.option(12, 4).getLong(0))
                .containsExactly(2L, 6L, 7L);
        assertThat(blocks.subList(7, 10))
                .extracting(block -> block.option(12, 5).getLong(0))
                .containsExactly(0L, 5L, 7L);
    }

    @Test
    void namesAddresses() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (PcapngWriter writer = new PcapngWriter(file, DESCRIPTION)) {
            writer.writeNames(Map.of(IpAddress.parse("10.32.1.2"), List.of("web-1", "node-a")));
        }
        ByteBuffer body = blocks(file.toByteArray()).get(1).body();
        assertThat(body.getShort(0)).isEqualTo((short) 1);
        assertThat(body.getShort(2)).isEqualTo((short) 17);
        assertThat(body.slice(4, 4)).isEqualTo(ByteBuffer.wrap(new byte[] {10, 32, 1, 2}));
        assertThat(StandardCharsets.UTF_8.decode(body.slice(8, 13)).toString()).isEqualTo("web-1\0node-a\0");
        assertThat(body.getInt(24)).as("the end, behind three bytes of padding").isZero();
    }

    @Test
    void handsOnWhatItHasWhenFlushed() throws IOException {
        AtomicInteger flushes = new AtomicInteger();
        OutputStream pipe = new ByteArrayOutputStream() {
            @Override
            public void flush() {
                flushes.incrementAndGet();
            }
        };
        try (PcapngWriter writer = new PcapngWriter(pipe, DESCRIPTION)) {
            writer.flush();
            assertThat(flushes).hasValue(1);
        }
    }

    /** Walks the file as the draft says, checking both lengths of each block. */
    private static List<Block> blocks(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        List<Block> blocks = new ArrayList<>();
        for (int at = 0; at < file.length; ) {
            int length = bytes.getInt(at + 4);
            assertThat(length % 4).isZero();
            assertThat(bytes.getInt(at + length - 4)).isEqualTo(length);
            blocks.add(
                    new Block(bytes.getInt(at), bytes.slice(at + 8, length - 12).order(ByteOrder.LITTLE_ENDIAN)));
            at += length;
        }
        return blocks;
    }
}
