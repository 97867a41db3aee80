package io.osier.dataplane.io;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;

/** What a UDP socket leaves to the kernel: many datagrams of one length are one message ({@code linux/udp.h}). */
public enum UdpOffload {
    /** Cutting what is sent. Linux 4.18 and later. */
    SEGMENT(Libc.UDP_SEGMENT),
    /** Joining what is received. Linux 5.0 and later. */
    GRO(Libc.UDP_GRO);

    private final int option;

    UdpOffload(int option) {
        this.option = option;
    }

    /** What this kernel's UDP sockets accept, found by trying on one that nobody sees. */
    public static Set<UdpOffload> accepted() throws IOException {
        int socket = Libc.socket(Libc.AF_INET, Libc.SOCK_DGRAM | Libc.O_CLOEXEC, 0);
        if (socket < 0) {
            throw Libc.failure("UDP socket for a test");
        }
        Set<UdpOffload> accepted = EnumSet.noneOf(UdpOffload.class);
        ByteBuffer off = NativeMemory.allocate(Integer.BYTES);
        try {
            for (UdpOffload offload : values()) {
                long value = NativeMemory.address(off);
                if (Libc.setsockopt(socket, Libc.SOL_UDP, offload.option, value, Integer.BYTES) == 0) {
                    accepted.add(offload);
                }
            }
            return accepted;
        } finally {
            Libc.close(socket);
            Reference.reachabilityFence(off);
        }
    }
}
