package io.osier.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArpHeaderTest {
    private static final String REPLY = "0001 0800 06 04 0002 0a580a200003 0a200003 0a580a200002 fe200002";

    @Test
    void readsEachField() {
        ByteBuffer bytes = Hex.bytes("ff" + REPLY);

        assertThat(ArpHeader.isIpv4OverEthernet(bytes, 1)).isTrue();
        assertThat(ArpHeader.operation(bytes, 1)).isEqualTo(ArpHeader.REPLY);
        assertThat(ArpHeader.senderMac(bytes, 1)).isEqualTo(0x0a58_0a20_0003L);
        assertThat(ArpHeader.senderIp(bytes, 1)).isEqualTo(0x0a20_0003);
        assertThat(ArpHeader.targetIp(bytes, 1)).isEqualTo(0xfe20_0002);
    }

    @Test
    void writesAWholePacket() {
        ByteBuffer bytes = ByteBuffer.allocate(ArpHeader.LENGTH_BYTES);

        ArpHeader.write(bytes, 0, ArpHeader.REPLY, 0x0a58_0a20_0003L, 0x0a20_0003, 0x0a58_0a20_0002L, 0xfe20_0002);

        assertThat(Hex.text(bytes)).isEqualTo(Hex.plain(REPLY));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void isForIpv4OverEthernetOnlyWithEveryTypeAndLengthRight(int index) {
        ByteBuffer bytes = Hex.bytes(REPLY);
        bytes.put(index, (byte) (bytes.get(index) ^ 0x80));

        assertThat(ArpHeader.isIpv4OverEthernet(bytes, 0)).isFalse();
    }
}
