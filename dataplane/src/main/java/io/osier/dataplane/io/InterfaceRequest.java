package io.osier.dataplane.io;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * {@code struct ifreq} of {@code netdevice(7)}, in host byte order: which interface, and one value about it.
 *
 * <pre>
 *  0                16          18                    40
 *  | ifr_name       | ifr_flags |                     |
 *  |                | sa_family | MAC address (6) |   |
 * </pre>
 */
final class InterfaceRequest {
    /** The longest name of an interface, without its terminating zero. */
    static final int MAX_NAME_LENGTH = 15;

    private static final int SIZE_BYTES = 40;
    private static final int VALUE = 16;
    private static final int MAC = 18;
    private static final short ARPHRD_ETHER = 1;

    private final ByteBuffer bytes = NativeMemory.allocate(SIZE_BYTES);

    /** For the kernel to fill in. */
    InterfaceRequest() {}

    /** @throws IllegalArgumentException if no interface can have this name */
    InterfaceRequest(String name) {
        byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        if (ascii.length == 0 || ascii.length > MAX_NAME_LENGTH || !name.matches("[!-~&&[^/:%]]+")) {
            throw new IllegalArgumentException("\"" + name + "\" is no name for a network interface");
        }
        bytes.put(0, ascii);
    }

    InterfaceRequest withFlags(int flags) {
        bytes.putShort(VALUE, (short) flags);
        return this;
    }

    String name() {
        byte[] ascii = new byte[MAX_NAME_LENGTH];
        bytes.get(0, ascii);
        String padded = new String(ascii, StandardCharsets.US_ASCII);
        int end = padded.indexOf(0);
        return end < 0 ? padded : padded.substring(0, end);
    }

    int flags() {
        return bytes.getShort(VALUE) & 0xffff;
    }

    InterfaceRequest withMac(long mac) {
        bytes.putShort(VALUE, ARPHRD_ETHER);
        for (int i = 0; i < 6; i++) {
            bytes.put(MAC + i, (byte) (mac >>> (40 - 8 * i)));
        }
        return this;
    }

    long mac() {
        long mac = 0;
        for (int i = 0; i < 6; i++) {
            mac = mac << 8 | (bytes.get(MAC + i) & 0xff);
        }
        return mac;
    }

    /** Has the kernel read and fill this by the request; below zero if it refuses. */
    int ioctl(int fd, long request) {
        try {
            return Libc.ioctl(fd, request, NativeMemory.address(bytes));
        } finally {
            Reference.reachabilityFence(bytes);
        }
    }
}
