package io.osier.dataplane.packet;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Packets as they are printed in books: hexadecimal digits with spaces for the eye. */
final class Hex {
    private Hex() {}

    static ByteBuffer bytes(String digits) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(digits.replaceAll("\\s", "")));
    }

    static String text(ByteBuffer bytes) {
        byte[] all = new byte[bytes.capacity()];
        bytes.get(0, all);
        return HexFormat.of().formatHex(all);
    }

    /** The digits without their spaces. */
    static String plain(String digits) {
        return digits.replaceAll("\\s", "");
    }
}
