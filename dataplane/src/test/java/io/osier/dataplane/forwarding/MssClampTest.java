package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.simulation.PacketBuilder;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a SYN offers over a path on which 1,250 bytes fit into the tunnel: 1,210 of them are a segment. */
class MssClampTest extends TwoNodeScenario {
    private static final String VIP = "10.96.0.10";
    private static final int MTU_BYTES = 1_250;

    @BeforeEach
    void theWayThereIsNarrow() {
        cluster.underlay().limit(nodeA.underlayAddress(), nodeB.underlayAddress(), MTU_BYTES + 50);
        cluster.advance(Duration.ofSeconds(1));
    }

    @Test
    void ipv6HeadersAreLonger() {
        PacketBuilder packet = tcp().from("fe80::858:aff:fe20:2", 4000)
                .fromMac(macOf(CLIENT))
                .to("fe80::858:aff:fe20:102", 80)
                .toMac(macOf(FAR))
                .syn()
                .tcpOptions(2, 4, 0x05, 0x82);

        send(client, packet);

        assertThat(far.drainFrames())
                .containsExactly(packet.tcpOptions(2, 4, 1_190 >>> 8, 1_190).build());
    }

    @Test
    void aSynOnItsWayOutOffersWhatFits() {
        send(client, syn(1_410));

        assertThat(far.drainFrames()).containsExactly(syn(MTU_BYTES - 40).build());
    }

    private static PacketBuilder syn(int mssBytes) {
        return tcp().from(CLIENT, 4000).to(FAR, 80).syn().tcpOptions(2, 4, mssBytes >>> 8, mssBytes);
    }

    @Test
    void aSynOnItsWayInOffersWhatFitsTheWayBack() {
        PacketBuilder answer = tcp().from(FAR, 80).to(CLIENT, 4000).synAck().tcpOptions(2, 4, 0x05, 0x82);

        send(far, answer);

        assertThat(client.drainFrames())
                .containsExactly(answer.tcpOptions(2, 4, 1_210 >>> 8, 1_210).build());
    }

    @ParameterizedTest
    @ValueSource(ints = {536, 1_209, 1_210})
    void anOfferThatFitsIsLeft(int mssBytes) {
        send(client, syn(mssBytes));

        assertThat(far.drainFrames()).containsExactly(syn(mssBytes).build());
    }

    @Test
    void anOfferAtAnOddPlaceIsMendedToo() {
        send(client, syn(0).tcpOptions(1, 2, 4, 0x05, 0x82, 3, 3, 7));

        assertThat(far.drainFrames())
                .containsExactly(
                        syn(0).tcpOptions(1, 2, 4, 1_210 >>> 8, 1_210, 3, 3, 7).build());
    }

    @Test
    void aPartialChecksumKnowsNothingOfTheOffer() {
        send(client, syn(1_410).partialChecksum());

        assertThat(far.drainFrames()).containsExactly(syn(MTU_BYTES - 40).build());
    }

    @Test
    void aSynToAServiceIsTranslatedAndMended() {
        cluster.service("default/web", IpProtocol.TCP, VIP, 80, FAR + ":8080");

        send(client, tcp().from(CLIENT, 4000).to(VIP, 80).syn().tcpOptions(2, 4, 0x05, 0x82));

        assertThat(far.drainFrames())
                .containsExactly(tcp().from(CLIENT, 4000)
                        .to(FAR, 8080)
                        .syn()
                        .tcpOptions(2, 4, 1_210 >>> 8, 1_210)
                        .build());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"3 0 0 0", "1 1 1 2", "0 2 4 5 130 0 0 0", "2 3 5 130", "3 200 2 4", "1 2 4 5"})
    void optionsThatMakeNoSenseAreLeft(String numbers) {
        int[] options =
                Arrays.stream(numbers.split(" ")).mapToInt(Integer::parseInt).toArray();
        PacketBuilder packet = syn(0).tcpOptions(options);

        send(client, packet);

        assertThat(far.drainFrames()).containsExactly(packet.build());
    }
}
