package io.osier.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class VxlanHeaderTest {
    @Test
    void readsTheNetworkIdentifierAndIgnoresReservedBits() {
        ByteBuffer bytes = Hex.bytes("00 ff ffffff fedcba ff");

        assertThat(VxlanHeader.isVniValid(bytes, 1)).isTrue();
        assertThat(VxlanHeader.vni(bytes, 1)).isEqualTo(0xfedcba);
    }

    @Test
    void isNotValidWithoutItsFlag() {
        assertThat(VxlanHeader.isVniValid(Hex.bytes("f7 ffffff ffffff ff"), 0)).isFalse();
    }

    @Test
    void sendsReservedBitsAsZero() {
        ByteBuffer bytes = Hex.bytes("ff".repeat(VxlanHeader.LENGTH_BYTES));

        VxlanHeader.write(bytes, 0, VxlanHeader.MAX_VNI);

        assertThat(Hex.text(bytes)).isEqualTo("08000000ffffff00");
    }
}
