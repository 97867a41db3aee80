package io.osier.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteOrder;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class FrameTest {
    private final Frame frame = new Frame();

    @Test
    void beginsEmptyBehindItsHeadroom() {
        assertThat(frame.start()).isEqualTo(Frame.HEADROOM_BYTES);
        assertThat(frame.length()).isZero();
        assertThat(frame.bytes().order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        assertThat(frame.address()).isNotZero();
    }

    @Test
    void holdsTheLongestFrame() {
        frame.reset(Frame.HEADROOM_BYTES, Frame.MAX_LENGTH_BYTES);

        assertThat(frame.end()).isLessThanOrEqualTo(frame.capacityBytes());
        assertThat(frame.bytes().capacity()).isEqualTo(frame.capacityBytes());
    }

    @Test
    void theIpHeaderLiesOnAMultipleOfFour() {
        assertThat((frame.address() + Frame.HEADROOM_BYTES + EthernetHeader.LENGTH_BYTES) % 4)
                .isZero();
    }

    @Test
    void poppingMovesTheStartAndKeepsTheEnd() {
        frame.reset(30, 100);

        frame.pop(8);
        assertThat(frame.start()).isEqualTo(38);
        assertThat(frame.end()).isEqualTo(130);

        frame.pop(-38);
        assertThat(frame.start()).isZero();
        assertThat(frame.end()).isEqualTo(130);
    }

    @Test
    void aWindowBeyondItsMemoryIsRefused() {
        assertRefused(() -> frame.reset(-1, 10));
        assertRefused(() -> frame.reset(0, -1));
        assertRefused(() -> frame.reset(1, frame.capacityBytes()));
        frame.reset(10, 20);
        assertRefused(() -> frame.pop(21));
        assertRefused(() -> frame.pop(-11));
        assertRefused(() -> frame.setLength(-1));
        assertRefused(() -> frame.setLength(frame.capacityBytes() - 9));
        assertThat(frame.start()).as("unchanged").isEqualTo(10);
        assertThat(frame.length()).as("unchanged").isEqualTo(20);
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(call);
    }

    @Test
    void aNewWindowForgetsWhatWasSaidAboutTheLastFrame() {
        frame.setOffloads(VirtioNetHeader.FLAG_NEEDS_CHECKSUM, VirtioNetHeader.GSO_TCPV4, 54, 1448, 34, 16);
        frame.setOuterSource(1, 2);

        frame.reset(Frame.HEADROOM_BYTES, 10);

        assertThat(frame.hasPartialChecksum()).isFalse();
        assertThat(frame.gsoType()).isEqualTo(VirtioNetHeader.GSO_NONE);
        assertThat(frame.gsoSizeBytes() + frame.headerLengthBytes() + frame.checksumStart() + frame.checksumOffset())
                .isZero();
        assertThat(frame.outerSourceHigh() | frame.outerSourceLow()).isZero();
    }

    @Test
    void aCopyIsEqualAndIndependent() {
        frame.reset(20, 4);
        frame.bytes().putInt(20, 0xcafe_babe);
        frame.setOffloads(VirtioNetHeader.FLAG_NEEDS_CHECKSUM, VirtioNetHeader.GSO_TCPV6, 74, 1428, 54, 6);
        frame.setOuterSource(7, 8);
        Frame copy = new Frame();

        copy.copyFrom(frame);
        frame.bytes().putInt(20, 0);
        frame.reset(0, 0);

        assertThat(copy.start()).isEqualTo(20);
        assertThat(copy.length()).isEqualTo(4);
        assertThat(copy.bytes().getInt(20)).isEqualTo(0xcafe_babe);
        assertThat(copy.hasPartialChecksum()).isTrue();
        assertThat(copy.gsoType()).isEqualTo(VirtioNetHeader.GSO_TCPV6);
        assertThat(copy.headerLengthBytes()).isEqualTo(74);
        assertThat(copy.gsoSizeBytes()).isEqualTo(1428);
        assertThat(copy.checksumStart()).isEqualTo(54);
        assertThat(copy.checksumOffset()).isEqualTo(6);
        assertThat(copy.outerSourceHigh()).isEqualTo(7);
        assertThat(copy.outerSourceLow()).isEqualTo(8);
    }
}
