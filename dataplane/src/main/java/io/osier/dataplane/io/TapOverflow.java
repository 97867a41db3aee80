package io.osier.dataplane.io;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.port.DropCounters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a pod or host sent while its TAP's queue was full. Such a packet never reaches the worker; the kernel drops it at the
 * sender's own interface and counts it there ({@code TX dropped} of {@code ip -s link}), from where it is brought over.
 */
final class TapOverflow {
    /** The calling thread's network namespace's interfaces, whichever namespace the process is in. */
    private static final Path INTERFACES = Path.of("/proc/thread-self/net/dev");

    /** Fields after the interface's name, see net/core/net-procfs.c: eight of receive, then bytes, packets, errs, drop. */
    private static final int TRANSMIT_DROPPED = 11;

    private final NetworkNamespace namespace;
    private final String device;
    private long counted; // the worker thread's own

    private TapOverflow(NetworkNamespace namespace, String device) {
        this.namespace = namespace;
        this.device = device;
    }

    /** Of a port that nobody asks about. */
    static TapOverflow unknown() {
        return new TapOverflow(NetworkNamespace.present(), "");
    }

    /** From now on: what was dropped before, while no agent held the device, was nobody's packet. */
    static TapOverflow of(TapConfig config) {
        TapOverflow overflow = new TapOverflow(config.namespace(), config.device());
        overflow.counted = overflow.read();
        return overflow;
    }

    /** What the kernel has counted since the device was made; 0 if it has gone. Any thread but the worker's. */
    long read() {
        if (device.isEmpty()) {
            return 0;
        }
        try {
            return transmitDropped(namespace.call(() -> Files.readString(INTERFACES)), device);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Counts what is new. On the worker's thread. */
    void count(long read, DropCounters drops) {
        if (read > counted) {
            drops.count(DropReason.PORT_OVERFLOW, (int) Math.min(read - counted, Integer.MAX_VALUE));
            counted = read;
        }
    }

    static long transmitDropped(String interfaces, String device) {
        return interfaces
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith(device + ":"))
                .map(line -> line.substring(device.length() + 1).strip().split("\\s+"))
                .filter(fields -> fields.length > TRANSMIT_DROPPED)
                .mapToLong(fields -> Long.parseLong(fields[TRANSMIT_DROPPED]))
                .findFirst()
                .orElse(0);
    }
}
