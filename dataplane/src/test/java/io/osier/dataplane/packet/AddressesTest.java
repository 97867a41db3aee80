package io.osier.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** IP addresses, prefixes and MAC addresses, as numbers and as text. */
class AddressesTest {
    @Property
    void aPrefixContainsTheSameAddressesWithoutAnObjectForThem(
            @ForAll long high, @ForAll long low, @ForAll @IntRange(max = 128) int lengthBits, @ForAll boolean v4) {
        IpAddress base = v4 ? IpAddress.v4((int) low) : new IpAddress(high, low);
        IpPrefix prefix = IpPrefix.containing(base, v4 ? lengthBits / 4 : lengthBits);
        for (IpAddress other : List.of(
                base,
                IpAddress.v4((int) low ^ 1 << lengthBits % 32),
                new IpAddress(high, low ^ 1L << lengthBits % 64),
                new IpAddress(high ^ 1L << lengthBits % 64, low))) {
            assertThat(prefix.contains(other.high(), other.low()))
                    .as("%s in %s", other, prefix)
                    .isEqualTo(prefix.contains(other));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"010.32.0.50", "10.032.0.50", "10.32.00.50", "10.32.0.05", "::ffff:010.32.0.50"})
    void whatOthersReadInOctalIsReadAsKeptAndNotAsWritten(String text) {
        assertThat(IpAddress.parse(text).isV4()).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpAddress.parseStrictly(text))
                .withMessage("\"" + text + "\" is not an IP address: must not have leading 0s");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpPrefix.parseStrictly(text + "/32"))
                .withMessage("\"" + text + "/32\" is not a CIDR range: must not have leading 0s");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0.0.0.0", "10.0.0.100", "100.20.30.40", "fd00:0001::0010", "::ffff:10.0.0.1", "0:0:0:0:0:0:0:01"
            })
    void aZeroThatIsNotTooManyIsRead(String text) {
        assertThat(IpAddress.parseStrictly(text)).isEqualTo(IpAddress.parse(text));
    }

    @Property
    void anIpv4AddressReadsWhatItWrites(@ForAll int bits) throws UnknownHostException {
        IpAddress address = IpAddress.v4(bits);

        assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
        assertThat(address.isV4()).isTrue();
        assertThat(address.v4Bits()).isEqualTo(bits);
        byte[] bytes = ByteBuffer.allocate(4).putInt(bits).array();
        assertThat(address).hasToString(InetAddress.getByAddress(bytes).getHostAddress());
    }

    @Property
    void anIpv6AddressReadsWhatItWrites(@ForAll long high, @ForAll long low) throws UnknownHostException {
        Assume.that(!IpAddress.isV4(high, low));
        IpAddress address = new IpAddress(high, low);

        assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
        byte[] bytes = ByteBuffer.allocate(16).putLong(high).putLong(low).array();
        assertThat(InetAddress.getByName(address.toString())).isEqualTo(InetAddress.getByAddress(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "::, ::",
        "::1, ::1",
        "FD00:0:0:0::1, fd00::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "::ffff:10.32.0.1, 10.32.0.1",
        "10.32.0.1, 10.32.0.1",
        "255.255.255.255, 255.255.255.255"
    })
    void textIsReadInEveryFormAndWrittenInOne(String text, String written) {
        assertThat(IpAddress.parse(text)).hasToString(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.32.0",
                "10.32.0.256",
                "10.32.0.1.1",
                "10.32.0.x",
                "fd00::1::2",
                "fd00",
                "[fd00::1]",
                "fe80::1%eth0",
                "host",
                "10.32.0.1/32",
                " 10.32.0.1",
                "10.32.0.-1"
            })
    void whatIsNoAddressIsRefusedByName(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpAddress.parse(text))
                .withMessage("\"" + text + "\" is not an IP address");
    }

    @Property
    void addressesAreOrderedAsUnsignedNumbers(@ForAll int one, @ForAll int other) {
        assertThat(Integer.signum(IpAddress.v4(one).compareTo(IpAddress.v4(other))))
                .isEqualTo(Integer.compareUnsigned(one, other));
    }

    @Test
    void ipv4ComesAfterTheLowestIpv6AndBeforeTheRest() {
        assertThat(IpAddress.parse("::1")).isLessThan(IpAddress.parse("10.0.0.0"));
        assertThat(IpAddress.parse("10.0.0.0")).isLessThan(IpAddress.parse("fd00::"));
        assertThat(IpAddress.parse("7fff::")).isLessThan(IpAddress.parse("8000::"));
    }

    @Property
    void anIpv4PrefixContainsWhatSharesItsLeadingBits(
            @ForAll int network, @ForAll int other, @ForAll @IntRange(max = 32) int length) {
        IpPrefix prefix = IpPrefix.containing(IpAddress.v4(network), length);
        boolean shares = true;
        for (int bit = 0; bit < length; bit++) {
            shares &= (network << bit < 0) == (other << bit < 0);
        }

        assertThat(prefix.contains(IpAddress.v4(other))).isEqualTo(shares);
        assertThat(prefix.contains(IpAddress.v4(network))).isTrue();
        assertThat(IpPrefix.parse(prefix.toString())).isEqualTo(prefix);
        assertThat(Integer.bitCount(prefix.v4Mask())).isEqualTo(length);
    }

    @Property
    void anIpv6PrefixContainsWhatSharesItsLeadingBits(
            @ForAll long high,
            @ForAll long low,
            @ForAll @IntRange(max = 128) int length,
            @ForAll @IntRange(max = 127) int flip) {
        Assume.that((high & 0xe000_0000_0000_0000L) != 0 && flip > 2);
        IpPrefix prefix = IpPrefix.containing(new IpAddress(high, low), length);
        IpAddress flipped = flip < 64
                ? new IpAddress(high ^ (Long.MIN_VALUE >>> flip), low)
                : new IpAddress(high, low ^ (Long.MIN_VALUE >>> (flip - 64)));

        assertThat(prefix.contains(flipped)).isEqualTo(flip >= length);
        assertThat(IpPrefix.parse(prefix.toString())).isEqualTo(prefix);
    }

    @Property
    void prefixesOverlapIfOneContainsTheOther(
            @ForAll int one,
            @ForAll @IntRange(max = 32) int oneLength,
            @ForAll @IntRange(max = 32) int otherLength,
            @ForAll @IntRange(max = 31) int flip) {
        IpPrefix a = IpPrefix.containing(IpAddress.v4(one), oneLength);
        IpPrefix b = IpPrefix.containing(IpAddress.v4(one ^ (Integer.MIN_VALUE >>> flip)), otherLength);
        boolean expected = a.contains(b.address()) || b.contains(a.address());

        assertThat(a.overlaps(b)).isEqualTo(expected);
        assertThat(b.overlaps(a)).isEqualTo(expected);
    }

    @Test
    void familiesHaveNothingToDoWithEachOther() {
        assertThat(IpPrefix.parse("::/0").contains(IpAddress.parse("10.0.0.1"))).isFalse();
        assertThat(IpPrefix.parse("0.0.0.0/0").contains(IpAddress.parse("fd00::1")))
                .isFalse();
        assertThat(IpPrefix.parse("0.0.0.0/0").overlaps(IpPrefix.parse("::/0"))).isFalse();
        assertThat(IpPrefix.of(IpAddress.parse("10.0.0.1"))).hasToString("10.0.0.1/32");
        assertThat(IpPrefix.of(IpAddress.parse("fd00::1"))).hasToString("fd00::1/128");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "10.32.0.0",
                "10.32.0.0/",
                "/12",
                "10.32.0.0/33",
                "10.32.0.0/-1",
                "fd00::/129",
                "10.32.0.0/12/12",
                "10.32.0.0/x",
                "10.32.0.0/+12"
            })
    void whatIsNoPrefixIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> IpPrefix.parse(text));
    }

    @Test
    void bitsBelowTheMaskAreRefusedWithTheWayOut() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IpPrefix.parse("10.40.0.0/12"))
                .withMessage("10.40.0.0/12 has bits below its mask: write 10.32.0.0/12");
    }

    @Property
    void aPodsMacAddressTellsItsIpAddress(@ForAll int bits) {
        long mac = MacAddress.ofPod(bits);

        assertThat(MacAddress.isPod(mac)).isTrue();
        assertThat((int) mac).isEqualTo(bits);
        assertThat(mac >>> 32).isEqualTo(0x0a58);
        assertThat(MacAddress.isGroup(mac)).isFalse();
        assertThat(MacAddress.format(mac)).startsWith("0a:58:");
    }

    @Property
    void aMacAddressIsWrittenInSixPairs(@ForAll @LongRange(max = 0xffff_ffff_ffffL) long mac) {
        assertThat(MacAddress.format(mac)).matches("([0-9a-f]{2}:){5}[0-9a-f]{2}");
        assertThat(Long.parseLong(MacAddress.format(mac).replace(":", ""), 16)).isEqualTo(mac);
    }

    @Test
    void groupAddressesHaveTheLowestBitOfTheFirstByteSet() {
        assertThat(MacAddress.isGroup(MacAddress.BROADCAST)).isTrue();
        assertThat(MacAddress.isGroup(0x3333_0000_0001L)).isTrue();
        assertThat(MacAddress.isGroup(0x0100_5e00_0001L)).isTrue();
        assertThat(MacAddress.isGroup(0x0200_0000_0001L)).isFalse();
    }

    @Test
    void sixteenAddressesAreKeptToOneLink() {
        assertThat(MacAddress.isLinkConstrained(0x0180_c200_0000L)).isTrue();
        assertThat(MacAddress.isLinkConstrained(0x0180_c200_000fL)).isTrue();
        assertThat(MacAddress.isLinkConstrained(0x0180_c200_0010L)).isFalse();
        assertThat(MacAddress.isLinkConstrained(0x0180_c1ff_ffffL)).isFalse();
    }
}
