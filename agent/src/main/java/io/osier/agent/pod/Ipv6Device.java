package io.osier.agent.pod;

import io.osier.dataplane.io.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the kernel has to know of IPv6 on a device of ours before it is up: its addresses and routes are given to it, so that
 * nobody on the segment is asked for any, and no address waits for others to object (RFC 4862, section 5.4).
 */
public final class Ipv6Device {
    /** The least that a device may carry for the kernel to have IPv6 on it (RFC 8200, section 5). */
    public static final int MIN_MTU_BYTES = 1_280;

    private static final Path IPV6 = Path.of("/proc/sys/net/ipv6/conf");

    private static final Map<String, String> SETTINGS = new LinkedHashMap<>();

    static {
        SETTINGS.put("accept_ra", "0");
        SETTINGS.put("autoconf", "0");
        SETTINGS.put("accept_redirects", "0");
        SETTINGS.put("accept_dad", "0");
        SETTINGS.put("addr_gen_mode", "0"); // link-local by EUI-64, since it says the MAC address
        SETTINGS.put("disable_ipv6", "0"); // whatever is the machine's default; last, since it makes the first address
    }

    private Ipv6Device() {}

    /** Whether this kernel has IPv6 at all. */
    public static boolean isSupported() {
        return Files.isDirectory(IPV6);
    }

    /** Sets a device up; where the kernel has no IPv6 on it there is nothing to do. May be done again. */
    public static void prepare(NetworkNamespace namespace, String device) throws IOException {
        namespace.call(() -> {
            if (!Files.isDirectory(IPV6.resolve(device))) {
                return null; // none at all, or none on a device with so small an MTU
            }
            for (Map.Entry<String, String> setting : SETTINGS.entrySet()) {
                Files.writeString(IPV6.resolve(device).resolve(setting.getKey()), setting.getValue() + "\n");
            }
            return null;
        });
    }
}
