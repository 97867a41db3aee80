package io.osier.dataplane.observe;

import io.osier.dataplane.packet.EthernetHeader;
import io.osier.dataplane.packet.IpAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes captured packets as one pcapng section (draft-ietf-opsawg-pcapng), which Wireshark reads from a file and from a pipe
 * alike: each observation point is an interface, described where its first packet comes; each packet has its direction, its
 * number and a comment in words. {@link #close} adds what was lost, and without it the file is whole, too.
 *
 * <p>Owned by one thread.
 */
public final class PcapngWriter implements AutoCloseable {
    private static final int SECTION_HEADER = 0x0a0d_0d0a;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int NAME_RESOLUTION = 4;
    private static final int INTERFACE_STATISTICS = 5;
    private static final int ENHANCED_PACKET = 6;

    private static final int BYTE_ORDER_MAGIC = 0x1a2b_3c4d;
    private static final int LINKTYPE_ETHERNET = 1;
    private static final int NAME_IPV4 = 1;
    private static final int NAME_IPV6 = 2;
    private static final byte NANOSECONDS = 9;

    /** Bits of an enhanced packet's flags (section 4.3.1). */
    private static final int INBOUND = 1;

    private static final int OUTBOUND = 2;
    private static final int CHECKSUM_NOT_READY = 1 << 9;
    private static final int CHECKSUM_VALID = 1 << 10;
    private static final int SEGMENTATION_OFFLOADED = 1 << 11;

    /**
     * What a file says about itself.
     *
     * @param snapLengthBytes how much of each packet was kept
     * @param filter the BPF expression that chose the packets, or null for all
     */
    public record Description(
            String hardware,
            String os,
            String application,
            int snapLengthBytes,
            @Nullable String filter) {}

    private static final class Statistics {
        private final int number;
        private long packets;
        private long firstNanos;
        private long lastNanos;
        private long lost;

        private Statistics(int number) {
            this.number = number;
        }
    }

    private final OutputStream out;
    private final Description description;
    private final PcapngBlock block = new PcapngBlock();
    private final Map<ObservationPoint, Statistics> interfaces = new LinkedHashMap<>();

    /** Begins the file. */
    public PcapngWriter(OutputStream out, Description description) throws IOException {
        this.out = out;
        this.description = description;
        block.begin(SECTION_HEADER)
                .putInt(BYTE_ORDER_MAGIC)
                .putShort(1)
                .putShort(0)
                .putLong(-1)
                .option(2, description.hardware())
                .option(3, description.os())
                .option(4, description.application())
                .writeTo(out);
    }

    /** Gives addresses their names, for packets before and behind. */
    public void writeNames(Map<IpAddress, List<String>> names) throws IOException {
        block.begin(NAME_RESOLUTION);
        for (Map.Entry<IpAddress, List<String>> entry : names.entrySet()) {
            IpAddress address = entry.getKey();
            byte[] text = (String.join("\0", entry.getValue()) + "\0").getBytes(StandardCharsets.UTF_8);
            ByteBuffer value = ByteBuffer.allocate((address.isV4() ? 4 : 16) + text.length);
            if (address.isV4()) {
                value.putInt(address.v4Bits());
            } else {
                value.putLong(address.high()).putLong(address.low());
            }
            value.put(text).flip();
            block.putShort(address.isV4() ? NAME_IPV4 : NAME_IPV6)
                    .putShort(value.limit())
                    .putPadded(value);
        }
        block.putInt(0).writeTo(out);
    }

    /** Writes one packet; it may be held back until {@link #flush}. */
    public void write(CaptureRecord capture) throws IOException {
        Statistics statistics = describe(capture.point());
        statistics.firstNanos = statistics.packets == 0 ? capture.epochNanos() : statistics.firstNanos;
        statistics.lastNanos = capture.epochNanos();
        statistics.packets++;
        int flags = (capture.outbound() ? OUTBOUND : INBOUND)
                | (capture.segmented() ? SEGMENTATION_OFFLOADED : 0)
                | switch (capture.checksum()) {
                    case AS_SENT -> 0;
                    case PARTIAL -> CHECKSUM_NOT_READY;
                    case VALID -> CHECKSUM_VALID;
                };
        ByteBuffer packet = capture.isTunnelled() ? inFrame(capture.packet()) : capture.packet();
        int addedBytes = packet.limit() - capture.packet().limit();
        block.begin(ENHANCED_PACKET)
                .putInt(statistics.number)
                .putTime(capture.epochNanos())
                .putInt(packet.limit())
                .putInt(capture.originalLengthBytes() + addedBytes)
                .putPadded(packet)
                .option(1, DecisionText.of(capture))
                .option(2, flags)
                .option(5, capture.packetId())
                .writeTo(out);
    }

    /**
     * An outer packet in an Ethernet frame of no addresses, as those of a loopback device are: the kernel's frame is not seen here,
     * and tcpdump reads a file only if all its interfaces are of one kind.
     */
    private static ByteBuffer inFrame(ByteBuffer packet) {
        boolean v4 = packet.get(0) >>> 4 == 4;
        return ByteBuffer.allocate(EthernetHeader.LENGTH_BYTES + packet.limit())
                .putShort(EthernetHeader.ETHERTYPE, (short) (v4 ? EthernetHeader.TYPE_IPV4 : EthernetHeader.TYPE_IPV6))
                .put(EthernetHeader.LENGTH_BYTES, packet, 0, packet.limit());
    }

    /** Takes note of how many packets have been lost at a place in all. */
    public void lost(ObservationPoint point, long packets) throws IOException {
        describe(point).lost = packets;
    }

    /** Hands on what has been written, so that whoever reads along sees it. */
    public void flush() throws IOException {
        out.flush();
    }

    /** Writes the statistics of each interface, and ends the file. */
    @Override
    public void close() throws IOException {
        try (out) {
            for (Statistics statistics : interfaces.values()) {
                block.begin(INTERFACE_STATISTICS).putInt(statistics.number).putTime(statistics.lastNanos);
                if (statistics.packets > 0) {
                    block.timeOption(2, statistics.firstNanos).timeOption(3, statistics.lastNanos);
                }
                block.option(4, statistics.packets + statistics.lost)
                        .option(5, statistics.lost)
                        .writeTo(out);
            }
            out.flush();
        }
    }

    private Statistics describe(ObservationPoint point) throws IOException {
        Statistics known = interfaces.get(point);
        if (known != null) {
            return known;
        }
        Statistics added = new Statistics(interfaces.size());
        interfaces.put(point, added);
        block.begin(INTERFACE_DESCRIPTION)
                .putShort(LINKTYPE_ETHERNET)
                .putShort(0)
                .putInt(description.snapLengthBytes() + EthernetHeader.LENGTH_BYTES)
                .option(2, point.toString())
                .option(3, point.description())
                .option(9, ByteBuffer.wrap(new byte[] {NANOSECONDS}));
        if (description.filter() != null) {
            // A leading zero says that the expression is libpcap's.
            block.option(11, "\0" + description.filter());
        }
        block.writeTo(out);
        return added;
    }
}
