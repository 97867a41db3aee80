package io.osier.dataplane.observe;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One block of a pcapng file in the making (draft-ietf-opsawg-pcapng, section 3.1), used again for the next one. All numbers
 * are little-endian; strings and bytes are padded to 32 bits.
 *
 * <pre>
 *   | type (4) | total length (4) | body … | options … | total length (4) |
 * </pre>
 */
final class PcapngBlock {
    private static final int MAX_OPTION_BYTES = 65_532;
    private static final int END_OF_OPTIONS = 0;

    private ByteBuffer block = ByteBuffer.allocate(4_096).order(ByteOrder.LITTLE_ENDIAN);
    private boolean hasOptions;

    /** Begins a block; what was in the making is gone. */
    PcapngBlock begin(int type) {
        block.clear();
        hasOptions = false;
        return putInt(type).putInt(0);
    }

    PcapngBlock putShort(int value) {
        reserve(2).putShort((short) value);
        return this;
    }

    PcapngBlock putInt(int value) {
        reserve(4).putInt(value);
        return this;
    }

    PcapngBlock putLong(long value) {
        reserve(8).putLong(value);
        return this;
    }

    /** A time as pcapng wants it: the upper 32 bits first, whatever the byte order. */
    PcapngBlock putTime(long nanos) {
        return putInt((int) (nanos >>> 32)).putInt((int) nanos);
    }

    /** Puts all bytes up to the limit, padded. */
    PcapngBlock putPadded(ByteBuffer bytes) {
        int length = bytes.limit();
        int padding = -length & 3;
        ByteBuffer to = reserve(length + padding);
        to.put(to.position(), bytes, 0, length).position(to.position() + length);
        for (int i = 0; i < padding; i++) {
            to.put((byte) 0);
        }
        return this;
    }

    PcapngBlock option(int code, ByteBuffer value) {
        hasOptions = true;
        return putShort(code).putShort(value.limit()).putPadded(value);
    }

    PcapngBlock option(int code, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return option(
                code,
                ByteBuffer.wrap(bytes.length > MAX_OPTION_BYTES ? Arrays.copyOf(bytes, MAX_OPTION_BYTES) : bytes));
    }

    PcapngBlock option(int code, int value) {
        hasOptions = true;
        return putShort(code).putShort(4).putInt(value);
    }

    PcapngBlock option(int code, long value) {
        hasOptions = true;
        return putShort(code).putShort(8).putLong(value);
    }

    PcapngBlock timeOption(int code, long nanos) {
        hasOptions = true;
        return putShort(code).putShort(8).putTime(nanos);
    }

    /** Ends the block and writes it. */
    void writeTo(OutputStream out) throws IOException {
        if (hasOptions) {
            putInt(END_OF_OPTIONS);
        }
        int total = block.position() + 4;
        putInt(total);
        block.putInt(4, total);
        out.write(block.array(), 0, total);
    }

    private ByteBuffer reserve(int bytes) {
        if (block.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate(Integer.highestOneBit(block.position() + bytes) * 2)
                    .order(ByteOrder.LITTLE_ENDIAN);
            block = larger.put(block.flip());
        }
        return block;
    }
}
