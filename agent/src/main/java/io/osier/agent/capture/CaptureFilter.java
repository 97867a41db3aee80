package io.osier.agent.capture;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.osier.dataplane.observe.CaptureRecord;
import java.nio.ByteBuffer;

/**
 * A BPF expression as {@code tcpdump} understands it ({@code pcap-filter(7)}), compiled and run by libpcap. It is applied to
 * the pod's Ethernet frame, so that {@code icmp} finds a packet inside a tunnel as well as outside.
 *
 * <p>Safe for any thread.
 */
public final class CaptureFilter implements AutoCloseable {
    /** {@code struct bpf_program}: a count, and behind some padding a pointer. */
    private static final int PROGRAM_BYTES = 16;

    /** {@code struct pcap_pkthdr}: a time of 16 bytes, the kept and the original length. */
    private static final int HEADER_BYTES = 24;

    private static final int KEPT_LENGTH = 16;
    private static final int ORIGINAL_LENGTH = 20;

    private final Pointer handle;
    private final Memory program = new Memory(PROGRAM_BYTES);
    private final Memory header = new Memory(HEADER_BYTES);
    private final Memory packet = new Memory(CaptureRecord.MAX_PACKET_BYTES);
    private boolean closed;

    private CaptureFilter(Pointer handle) {
        this.handle = handle;
        program.clear();
        header.clear();
    }

    /**
     * Compiles an expression.
     *
     * @throws CaptureException with libpcap's own words if the expression is wrong; or if there is no libpcap
     */
    public static CaptureFilter compile(String expression) throws CaptureException {
        Libpcap.load();
        Pointer handle = Libpcap.pcap_open_dead(Libpcap.ETHERNET, CaptureRecord.MAX_PACKET_BYTES);
        CaptureFilter filter = new CaptureFilter(handle);
        int result = Libpcap.pcap_compile(handle, filter.program, expression, 1, Libpcap.UNKNOWN_NETMASK);
        if (result != 0) {
            String reason = Libpcap.pcap_geterr(handle);
            filter.closed = true;
            Libpcap.pcap_close(handle);
            throw CaptureException.wrongUsage("filter \"" + expression + "\": " + reason);
        }
        return filter;
    }

    /** Whether the expression is true of the frame in this record; nothing is true of one that could not be read. */
    public synchronized boolean matches(CaptureRecord capture) {
        ByteBuffer frame = capture.frame();
        int kept = frame.limit();
        if (closed || kept == 0 || kept > packet.size()) {
            return false;
        }
        packet.getByteBuffer(0, kept).put(frame);
        header.setInt(KEPT_LENGTH, kept);
        header.setInt(ORIGINAL_LENGTH, capture.frameLengthBytes());
        return Libpcap.pcap_offline_filter(program, header, packet) != 0;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Libpcap.pcap_freecode(program);
            Libpcap.pcap_close(handle);
        }
    }
}
