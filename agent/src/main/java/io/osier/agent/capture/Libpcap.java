package io.osier.agent.capture;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.List;

/**
 * The few functions of libpcap that compile a filter and apply it ({@code pcap_compile(3PCAP)},
 * {@code pcap_offline_filter(3PCAP)}).
 */
final class Libpcap {
    /** {@code DLT_EN10MB}. */
    static final int ETHERNET = 1;

    /** {@code PCAP_NETMASK_UNKNOWN}. */
    static final int UNKNOWN_NETMASK = 0xffff_ffff;

    /** Debian's name, the usual one, and whatever the system finds. */
    private static final List<String> NAMES = List.of("libpcap.so.0.8", "libpcap.so.1", "pcap");

    private static boolean registered;

    private Libpcap() {}

    /**
     * Loads the library.
     *
     * @throws CaptureException if it is not installed
     */
    static synchronized void load() throws CaptureException {
        for (String name : NAMES) {
            if (registered) {
                return;
            }
            try {
                Native.register(Libpcap.class, name);
                registered = true;
            } catch (UnsatisfiedLinkError e) {
                // The next name may be the one of this system.
            }
        }
        if (!registered) {
            throw CaptureException.unavailable("filters need libpcap: apt install libpcap0.8");
        }
    }

    static native Pointer pcap_open_dead(int linkType, int snapLength);

    static native int pcap_compile(Pointer handle, Pointer program, String expression, int optimize, int netmask);

    static native String pcap_geterr(Pointer handle);

    static native int pcap_offline_filter(Pointer program, Pointer header, Pointer packet);

    static native void pcap_freecode(Pointer program);

    static native void pcap_close(Pointer handle);
}
