package io.osier.dataplane.service;

import static io.osier.dataplane.simulation.PacketBuilder.icmpv6;
import static io.osier.dataplane.simulation.PacketBuilder.portUnreachable;
import static io.osier.dataplane.simulation.PacketBuilder.sctp;
import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.PacketParser;
import io.osier.dataplane.packet.ParsedPacket;
import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import java.util.function.BiFunction;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** A rewritten packet is, to the byte, the packet that would have been built with the new address and port. */
class TranslationTest {
    private static final long MAC = 2;

    private final Frame frame = new Frame();
    private final ParsedPacket packet = new ParsedPacket();

    /** An address and a port of it. */
    record End(String address, int port) {
        IpAddress ip() {
            return IpAddress.parse(address);
        }
    }

    /** Kinds of packets that services carry. */
    enum Kind {
        TCP,
        TCP_PARTIAL,
        UDP,
        UDP_PARTIAL,
        UDP_WITHOUT_CHECKSUM,
        SCTP;

        private PacketBuilder builder() {
            return switch (this) {
                case TCP -> tcp();
                case TCP_PARTIAL -> tcp().partialChecksum();
                case UDP -> udp();
                case UDP_PARTIAL -> udp().partialChecksum();
                case UDP_WITHOUT_CHECKSUM -> udp().withoutChecksum();
                case SCTP -> sctp();
            };
        }

        RawFrame from(End source, End destination, byte[] payload) {
            return builder()
                    .from(source.address, source.port)
                    .to(destination.address, destination.port)
                    .fromMac(MAC)
                    .toMac(MAC)
                    .payload(payload)
                    .build();
        }
    }

    @Provide
    Arbitrary<End> v4() {
        return Combinators.combine(
                        Arbitraries.integers(), Arbitraries.integers().between(0, 65_535))
                .as((bits, port) -> new End(IpAddress.v4(bits == 0 ? 1 : bits).toString(), port));
    }

    @Provide
    Arbitrary<End> v6() {
        return Combinators.combine(
                        Arbitraries.longs(),
                        Arbitraries.longs(),
                        Arbitraries.integers().between(0, 65_535))
                .as((high, low, port) -> new End(new IpAddress(high | 1, low).toString(), port));
    }

    @Property
    void ipv4IsRewrittenInEveryKindAtEveryPlace(
            @ForAll Kind kind,
            @ForAll("v4") End source,
            @ForAll("v4") End destination,
            @ForAll("v4") End other,
            @ForAll @Size(max = 50) byte[] payload,
            @ForAll @IntRange(max = 40) int start) {
        assertRewritten(kind, source, destination, other, payload, start);
    }

    @Property
    void ipv6IsRewrittenInEveryKindAtEveryPlace(
            @ForAll Kind kind,
            @ForAll("v6") End source,
            @ForAll("v6") End destination,
            @ForAll("v6") End other,
            @ForAll @Size(max = 50) byte[] payload,
            @ForAll @IntRange(max = 40) int start) {
        assertRewritten(kind, source, destination, other, payload, start);
    }

    private void assertRewritten(Kind kind, End source, End destination, End other, byte[] payload, int start) {
        parse(kind.from(source, destination, payload), start);
        Translation.rewriteDestination(
                frame, packet, other.ip().high(), other.ip().low(), other.port);
        assertThat(RawFrame.copyOf(frame)).isEqualTo(kind.from(source, other, payload));

        parse(kind.from(source, destination, payload), start);
        Translation.rewriteSource(frame, packet, other.ip().high(), other.ip().low(), other.port);
        assertThat(RawFrame.copyOf(frame)).isEqualTo(kind.from(other, destination, payload));

        parse(kind.from(source, destination, payload), start);
        Translation.rewriteDestination(
                frame, packet, source.ip().high(), source.ip().low(), other.port);
        Translation.rewriteSource(frame, packet, other.ip().high(), other.ip().low(), source.port);
        assertThat(RawFrame.copyOf(frame))
                .as("both ends")
                .isEqualTo(
                        kind.from(new End(other.address, source.port), new End(source.address, other.port), payload));
    }

    @Property
    void whatAnErrorQuotesIsRewrittenWithTheErrorsOwnChecksum(
            @ForAll boolean isTcp,
            @ForAll("v4") End source,
            @ForAll("v4") End destination,
            @ForAll("v4") End other,
            @ForAll @Size(max = 30) byte[] payload,
            @ForAll @IntRange(min = 28, max = 70) int quoted,
            @ForAll @IntRange(max = 40) int start) {
        Assume.that(quoted != 37); // half of TCP's checksum cannot be mended
        Kind kind = isTcp ? Kind.TCP : Kind.UDP;
        BiFunction<End, End, RawFrame> error = (from, to) -> portUnreachable()
                .from("10.32.0.3")
                .to("10.32.0.2")
                .quoting(kind.from(from, to, payload), quoted)
                .build();

        assertEmbeddedRewritten(error, source, destination, other, start);
    }

    @Property
    void whatAnIpv6ErrorQuotesIsRewrittenWithTheErrorsOwnChecksum(
            @ForAll("v6") End source,
            @ForAll("v6") End destination,
            @ForAll("v6") End other,
            @ForAll @IntRange(min = 48, max = 70) int quoted,
            @ForAll @IntRange(max = 40) int start) {
        BiFunction<End, End, RawFrame> error = (from, to) -> icmpv6(1, 4)
                .from("fd00::3")
                .to("fd00::2")
                .fromMac(MAC)
                .toMac(MAC)
                .quoting(Kind.UDP.from(from, to, new byte[22]), quoted)
                .build();

        assertEmbeddedRewritten(error, source, destination, other, start);
    }

    private void assertEmbeddedRewritten(
            BiFunction<End, End, RawFrame> error, End source, End destination, End other, int start) {
        parse(error.apply(source, destination), start);
        Translation.rewriteEmbeddedSource(
                frame, packet, other.ip().high(), other.ip().low(), other.port);
        assertThat(RawFrame.copyOf(frame)).isEqualTo(error.apply(other, destination));

        parse(error.apply(source, destination), start);
        Translation.rewriteEmbeddedDestination(
                frame, packet, other.ip().high(), other.ip().low(), other.port);
        assertThat(RawFrame.copyOf(frame)).isEqualTo(error.apply(source, other));
    }

    @Property
    void theErrorItselfIsRewrittenByAddressAlone(@ForAll("v4") End other, @ForAll("v6") End other6) {
        RawFrame quoted = udp().from("10.32.0.2", 1).to("10.32.0.3", 2).build();
        parse(
                portUnreachable()
                        .from("10.32.0.3")
                        .to("10.32.0.2")
                        .fromMac(MAC)
                        .toMac(MAC)
                        .quoting(quoted)
                        .build(),
                34);
        Translation.rewriteSource(frame, packet, other.ip().high(), other.ip().low(), other.port);
        assertThat(RawFrame.copyOf(frame))
                .isEqualTo(portUnreachable()
                        .from(other.address)
                        .to("10.32.0.2")
                        .fromMac(MAC)
                        .toMac(MAC)
                        .quoting(quoted)
                        .build());

        parse(icmpv6(1, 4).from("fd00::3").to("fd00::2").fromMac(MAC).toMac(MAC).build(), 34);
        Translation.rewriteSource(frame, packet, other6.ip().high(), other6.ip().low(), other6.port);
        assertThat(RawFrame.copyOf(frame))
                .as("ICMPv6's checksum covers its addresses")
                .isEqualTo(icmpv6(1, 4)
                        .from(other6.address)
                        .to("fd00::2")
                        .fromMac(MAC)
                        .toMac(MAC)
                        .build());
    }

    private void parse(RawFrame raw, int start) {
        raw.writeTo(frame, start);
        assertThat(new PacketParser().parse(frame, packet)).isNull();
    }
}
