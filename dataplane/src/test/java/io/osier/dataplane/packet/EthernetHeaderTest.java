package io.osier.dataplane.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class EthernetHeaderTest {
    private static final String HEADER = "0a580a200003 fedcba987654 86dd";

    @Test
    void readsEachFieldWhereverTheHeaderBegins() {
        ByteBuffer bytes = Hex.bytes("ff ff" + HEADER);

        assertThat(EthernetHeader.destination(bytes, 2)).isEqualTo(0x0a58_0a20_0003L);
        assertThat(EthernetHeader.source(bytes, 2)).isEqualTo(0xfedc_ba98_7654L);
        assertThat(EthernetHeader.etherType(bytes, 2)).isEqualTo(EthernetHeader.TYPE_IPV6);
    }

    @Test
    void writesEachFieldAndNothingBesideIt() {
        ByteBuffer bytes = ByteBuffer.allocate(EthernetHeader.LENGTH_BYTES + 2);

        EthernetHeader.setDestination(bytes, 1, 0x0a58_0a20_0003L);
        EthernetHeader.setSource(bytes, 1, 0xfedc_ba98_7654L);
        EthernetHeader.setEtherType(bytes, 1, 0x86dd);

        assertThat(Hex.text(bytes)).isEqualTo(Hex.plain("00" + HEADER + "00"));
    }
}
