package io.osier.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SctpChecksumTest {
    @Test
    void isTheCrc32cOfThePacketWithItsFieldZero() {
        ByteBuffer packet = Hex.bytes("0fa00b59 12345678 ffffffff 00030010");

        assertThat(SctpChecksum.compute(packet, 0, 16))
                .isEqualTo(bitByBit(HexFormat.of().parseHex("0fa00b59123456780000000000030010")));
    }

    @Property
    void computesTheSameAsBitByBit(
            @ForAll @Size(min = 12, max = 100) byte[] packet, @ForAll @IntRange(max = 7) int offset) {
        ByteBuffer memory = ByteBuffer.allocateDirect(packet.length + 20);
        memory.put(offset, packet);
        byte[] zeroed = packet.clone();
        ByteBuffer.wrap(zeroed).putInt(8, 0);

        assertThat(SctpChecksum.compute(memory, offset, offset + packet.length)).isEqualTo(bitByBit(zeroed));
        assertThat(memory.position()).isZero();
        assertThat(memory.limit()).isEqualTo(memory.capacity());
    }

    @Property
    void followsAChangeAndKeepsADamage(
            @ForAll @Size(min = 12, max = 60) byte[] packet, @ForAll short port, @ForAll int damage) {
        ByteBuffer bytes = ByteBuffer.wrap(packet);
        int before = SctpChecksum.compute(bytes, 0, packet.length);
        bytes.putInt(8, before ^ damage);

        bytes.putShort(2, port);
        SctpChecksum.update(bytes, 0, packet.length, before);

        assertThat(bytes.getInt(8)).isEqualTo(SctpChecksum.compute(bytes, 0, packet.length) ^ damage);
    }

    /** CRC-32C (Castagnoli), reflected, one bit after the other; sent lowest byte first (RFC 9260, appendix A). */
    private static int bitByBit(byte[] packet) {
        int crc = -1;
        for (byte b : packet) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ ((crc & 1) == 0 ? 0 : 0x82f6_3b78);
            }
        }
        return Integer.reverseBytes(~crc);
    }
}
