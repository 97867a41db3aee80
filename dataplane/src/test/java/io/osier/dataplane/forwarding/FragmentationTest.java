package io.osier.dataplane.forwarding;

import static io.osier.dataplane.simulation.PacketBuilder.udp;
import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.simulation.DecodedPacket;
import io.osier.dataplane.simulation.PacketBuilder;
import io.osier.dataplane.simulation.RawFrame;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What may be fragmented (RFC 791, section 3.2) and does not fit the path is cut here, not refused. */
class FragmentationTest extends NarrowPathScenario {
    @Test
    void whatMayBeFragmentedIs() {
        PacketBuilder packet = datagram(1_450).mayFragment().identification(77);

        send(client, packet);

        assertThat(far.drainFrames())
                .as("24 bytes of path are left over: fragments come in units of eight bytes")
                .containsExactlyElementsOf(packet.fragments(1_224));
        assertThat(client.drainFrames()).isEmpty();
        assertThat(nodeA.drops()).isEmpty();
    }

    @Test
    void fragmentsAreFragmentedAgain() {
        PacketBuilder packet =
                udp().from(CLIENT, 4000).to(FAR, 53).identification(77).payload(random(4_000));
        List<RawFrame> fragments = packet.fragments(1_424);

        send(client, fragments.toArray(RawFrame[]::new));

        List<RawFrame> small = packet.fragments(8);
        assertThat(reassembled(far.drainPackets()))
                .isEqualTo(String.join(
                        "", small.stream().map(FragmentationTest::payloadOf).toList()));
    }

    private static String reassembled(List<DecodedPacket> fragments) {
        return String.join(
                "",
                fragments.stream()
                        .map(fragment -> {
                            byte[] packet = fragment.ipPacket();
                            assertThat(packet).hasSizeLessThanOrEqualTo(MTU_BYTES);
                            return hex(packet);
                        })
                        .toList());
    }

    private static String payloadOf(RawFrame frame) {
        return hex(frame.ipPacket());
    }

    private static String hex(byte[] packet) {
        return HexFormat.of().formatHex(packet, 20, packet.length);
    }

    @Test
    void aPartialChecksumIsCompletedBeforeThePacketIsCut() {
        PacketBuilder whole = datagram(1_450).mayFragment();

        send(client, datagram(1_450).mayFragment().partialChecksum());

        assertThat(far.drainFrames()).containsExactlyElementsOf(whole.fragments(1_224));
    }

    @Test
    void optionsThatOnlyTheFirstMayHaveBecomeNoOperations() {
        byte[] options = {7, 7, 4, 0, 0, 0, 0, (byte) 0x94, 4, 0, 0, 0}; // record route, router alert, end
        send(client, datagram(1_450).mayFragment().options(options));

        List<byte[]> headers = far.drainFrames().stream()
                .map(frame -> Arrays.copyOfRange(frame.ipPacket(), 20, 32))
                .toList();

        assertThat(headers).containsExactly(options, new byte[] {1, 1, 1, 1, 1, 1, 1, (byte) 0x94, 4, 0, 0, 0});
    }

    @Test
    void fragmentsToAServiceAreTranslatedAndCutAgain() {
        cluster.service("default/dns", IpProtocol.UDP, VIP, 53, FAR + ":5353");
        byte[] question = random(3_000);

        send(
                client,
                udp().from(CLIENT, 4000)
                        .to(VIP, 53)
                        .payload(question)
                        .fragments(1_424)
                        .toArray(RawFrame[]::new));

        List<RawFrame> expected =
                udp().from(CLIENT, 4000).to(FAR, 5353).payload(question).fragments(8);
        assertThat(reassembled(far.drainPackets()))
                .isEqualTo(String.join(
                        "", expected.stream().map(FragmentationTest::payloadOf).toList()));
    }

    @Test
    void memoryForFragmentsIsBoundedAndWhatFindsNoneIsCounted() {
        limit(650);
        // As many as one turn takes, see FrameBatch: with the next turn there is memory again.
        client.send(IntStream.range(0, 64)
                .mapToObj(i -> datagram(1_500).mayFragment().identification(i))
                .toArray(PacketBuilder[]::new));
        cluster.settle();

        assertThat(far.drainFrames()).as("42 datagrams of three fragments each").hasSize(126);
        assertThat(nodeA.drops()).containsExactly("out-of-buffers 22");
    }
}
