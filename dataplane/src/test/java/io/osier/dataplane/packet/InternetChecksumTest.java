package io.osier.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.simulation.NaiveChecksum;
import java.nio.ByteBuffer;
import java.util.Arrays;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class InternetChecksumTest {
    @Test
    void sumsTheExampleOfRfc1071() {
        ByteBuffer bytes = Hex.bytes("0001 f203 f4f5 f6f7");

        assertThat(InternetChecksum.sum(bytes, 0, 8, 0)).isEqualTo(0xddf2);
    }

    @Test
    void updatesTheExampleOfRfc1624() {
        ByteBuffer checksum = Hex.bytes("dd2f");

        InternetChecksum.update(checksum, 0, 0x5555, 0x3285);

        assertThat(Hex.text(checksum)).as("zero and not its other form").isEqualTo("0000");
    }

    @Property
    void theSumIsTheNaiveOneForEveryLengthAndPlace(
            @ForAll @Size(max = 200) byte[] data, @ForAll @IntRange(max = 9) int offset) {
        ByteBuffer bytes = ByteBuffer.allocate(offset + data.length + 9);
        Arrays.fill(bytes.array(), (byte) 0xa5);
        bytes.put(offset, data);

        assertThat(InternetChecksum.sum(bytes, offset, data.length, 0)).isEqualTo(NaiveChecksum.sum(data));
    }

    @Property
    void aSumGoesOnWhereAnotherStopped(@ForAll @Size(max = 60) byte[] first, @ForAll @Size(max = 60) byte[] second) {
        byte[] even = Arrays.copyOf(first, first.length & ~1);

        int sum = InternetChecksum.sum(ByteBuffer.wrap(even), 0, even.length, 0);

        assertThat(InternetChecksum.sum(ByteBuffer.wrap(second), 0, second.length, sum))
                .isEqualTo(NaiveChecksum.sum(even, second));
    }

    @Property
    void aStartOfAllOnesIsNotNegative(@ForAll @Size(max = 20) byte[] data) {
        int sum = InternetChecksum.sum(ByteBuffer.wrap(data), 0, data.length, -1);

        assertThat(sum).isEqualTo(NaiveChecksum.sum(new byte[] {-1, -1, -1, -1}, data));
    }

    @Property
    void foldingBringsEveryCarryBackIn(@ForAll int sum) {
        long value = sum & 0xffff_ffffL;

        assertThat(InternetChecksum.fold(sum)).isEqualTo(value == 0 ? 0 : (int) ((value - 1) % 0xffff + 1));
    }

    @Property
    void theWordsOfANumberSumUpLikeItsBytes(@ForAll int number, @ForAll long longer) {
        assertThat(InternetChecksum.fold(InternetChecksum.sumOf(number)))
                .isEqualTo(
                        NaiveChecksum.sum(ByteBuffer.allocate(4).putInt(number).array()));
        assertThat(InternetChecksum.fold(InternetChecksum.sumOf(longer)))
                .isEqualTo(
                        NaiveChecksum.sum(ByteBuffer.allocate(8).putLong(longer).array()));
    }

    @Property
    void thePseudoHeaderOfBothFamiliesIsTheNaiveOne(
            @ForAll int source,
            @ForAll int destination,
            @ForAll long high,
            @ForAll long low,
            @ForAll @IntRange(max = 255) int protocol,
            @ForAll @IntRange(max = 65_535) int length) {
        assertPseudoHeader(IpAddress.v4(source), IpAddress.v4(destination), protocol, length);
        Assume.that(!IpAddress.isV4(high, low) && !IpAddress.isV4(low, high));
        assertPseudoHeader(new IpAddress(high, low), new IpAddress(low, high), protocol, length);
    }

    private static void assertPseudoHeader(IpAddress source, IpAddress destination, int protocol, int length) {
        int sum = InternetChecksum.pseudoHeader(
                source.high(), source.low(), destination.high(), destination.low(), protocol, length);
        assertThat(InternetChecksum.fold(sum))
                .isEqualTo(NaiveChecksum.sum(NaiveChecksum.pseudoHeader(source, destination, protocol, length)));
    }

    @Property
    void anIncrementalUpdateIsTheRecomputedChecksum(
            @ForAll @Size(min = 12, max = 64) byte[] data,
            @ForAll int replacement,
            @ForAll @IntRange(max = 5) int word) {
        byte[] even = Arrays.copyOf(data, data.length & ~1);
        even[0] = 0x45; // no packet is all zeros, whose checksum has two forms
        int at = 2 + word;
        ByteBuffer bytes = ByteBuffer.wrap(even);
        ByteBuffer field = ByteBuffer.allocate(2).putShort(0, (short) NaiveChecksum.of(even));
        int aligned = at & ~1;
        int old = bytes.getInt(aligned);

        bytes.putInt(aligned, replacement);
        InternetChecksum.update(field, 0, InternetChecksum.sumOf(old), InternetChecksum.sumOf(replacement));

        assertThat(field.getShort(0) & 0xffff).isEqualTo(NaiveChecksum.of(even));
    }

    @Property
    void anUpdateOfAPartialChecksumIsTheRecomputedSum(
            @ForAll int source,
            @ForAll int destination,
            @ForAll int replacement,
            @ForAll @IntRange(max = 65_535) int length) {
        byte[] before = NaiveChecksum.pseudoHeader(IpAddress.v4(source), IpAddress.v4(destination), 6, length);
        byte[] after = NaiveChecksum.pseudoHeader(IpAddress.v4(source), IpAddress.v4(replacement), 6, length);
        ByteBuffer field = ByteBuffer.allocate(2).putShort(0, (short) NaiveChecksum.sum(before));

        InternetChecksum.updatePartial(
                field, 0, InternetChecksum.sumOf(destination), InternetChecksum.sumOf(replacement));

        assertThat(field.getShort(0) & 0xffff).isEqualTo(NaiveChecksum.sum(after));
    }

    @Property
    void whatIsWrongBeforeAnUpdateIsWrongByAsMuchAfterIt(
            @ForAll @Size(20) byte[] data,
            @ForAll @IntRange(min = 1, max = 65_534) int damage,
            @ForAll short replacement) {
        data[0] = 0x45;
        ByteBuffer bytes = ByteBuffer.wrap(data);
        ByteBuffer field = ByteBuffer.allocate(2).putShort(0, (short) (NaiveChecksum.of(data) + damage));
        int old = bytes.getShort(4) & 0xffff;

        bytes.putShort(4, replacement);
        InternetChecksum.update(field, 0, old, replacement & 0xffff);

        int right = NaiveChecksum.of(data);
        assertThat((field.getShort(0) & 0xffff) % 0xffff).isNotEqualTo(right % 0xffff);
    }
}
