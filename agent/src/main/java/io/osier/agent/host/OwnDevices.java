package io.osier.agent.host;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node's own network devices, as they are now. */
public final class OwnDevices {
    private static final Logger LOG = LoggerFactory.getLogger(OwnDevices.class);

    private OwnDevices() {}

    /**
     * One of them.
     *
     * @param mtuBytes the longest IP packet that it takes
     */
    public record Device(String name, int mtuBytes) {}

    /** A device's address in a range that is the cluster's. */
    public record Clash(String device, String address, String range) {}

    /** The device that has this address; empty if none has it any more. */
    public static Optional<Device> holding(IpAddress address) throws SocketException {
        for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
            if (addresses(device).contains(address)) {
                return Optional.of(new Device(device.getName(), device.getMTU()));
            }
        }
        return Optional.empty();
    }

    /** Addresses of devices that are not ours in these ranges: they are out of the pods' reach, or pods out of theirs. */
    public static List<Clash> clashes(List<IpPrefix> ranges) throws SocketException {
        List<Clash> clashes = new ArrayList<>();
        for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
            if (device.getName().equals(HostNetwork.DEVICE)) {
                continue;
            }
            for (IpAddress address : addresses(device)) {
                for (IpPrefix range : ranges) {
                    if (range.contains(address)) {
                        clashes.add(new Clash(device.getName(), address.toString(), range.toString()));
                    }
                }
            }
        }
        return clashes;
    }

    /** All addresses that the node has. */
    static Set<IpAddress> addresses() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(device -> addresses(device).stream())
                .collect(Collectors.toSet());
    }

    /** Those under which others may see the node: neither loopback's nor a link's own. Nothing if they cannot be listed. */
    public static Set<IpAddress> seenAddresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                    .map(OwnDevices::parsed)
                    .collect(Collectors.toSet());
        } catch (SocketException e) {
            LOG.warn("the node's addresses cannot be listed: {}", e.getMessage());
            return Set.of();
        }
    }

    private static List<IpAddress> addresses(NetworkInterface device) {
        return device.inetAddresses().map(OwnDevices::parsed).toList();
    }

    /** Without the device, which link-local ones name. */
    private static IpAddress parsed(InetAddress address) {
        return IpAddress.parse(address.getHostAddress().replaceAll("%.*", ""));
    }
}
