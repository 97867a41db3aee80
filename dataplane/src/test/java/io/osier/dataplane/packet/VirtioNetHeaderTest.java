package io.osier.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class VirtioNetHeaderTest {
    /** Needs a checksum, TCPv4 segments with ECN; the numbers are little-endian. */
    private static final String HEADER = "01 81 4200 a805 2200 1000";

    @Test
    void readsLittleEndianNumbersIntoTheFrame() {
        Frame frame = new Frame();

        VirtioNetHeader.read(Hex.bytes("ff" + HEADER), 1, frame);

        assertThat(frame.hasPartialChecksum()).isTrue();
        assertThat(frame.gsoType()).isEqualTo(VirtioNetHeader.GSO_TCPV4 | VirtioNetHeader.GSO_ECN);
        assertThat(frame.headerLengthBytes()).isEqualTo(66);
        assertThat(frame.gsoSizeBytes()).isEqualTo(1448);
        assertThat(frame.checksumStart()).isEqualTo(34);
        assertThat(frame.checksumOffset()).isEqualTo(TcpHeader.CHECKSUM);
    }

    @Test
    void writesWhatItHasRead() {
        Frame frame = new Frame();
        VirtioNetHeader.read(Hex.bytes(HEADER), 0, frame);
        ByteBuffer bytes = Hex.bytes("ff".repeat(VirtioNetHeader.LENGTH_BYTES));

        VirtioNetHeader.write(bytes, 0, frame);

        assertThat(Hex.text(bytes)).isEqualTo(Hex.plain(HEADER));
    }

    @Test
    void aVerifiedChecksumIsNotPartial() {
        Frame frame = new Frame();

        VirtioNetHeader.read(Hex.bytes("02 00 0000 0000 0000 0000"), 0, frame);

        assertThat(frame.hasPartialChecksum()).isFalse();
    }
}
