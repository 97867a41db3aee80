package io.osier.agent.bootstrap;

import io.osier.agent.model.Node;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.ValidationException;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.packet.EmbeddingPrefix;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.VxlanHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The agent's configuration, {@code /etc/osier/agent.yaml}. Everything has a default. A running agent takes {@code logLevel} and
 * {@code metricsAddress} on SIGHUP; the others need a restart.
 *
 * @param nodeName what this node is called; the machine's host name in lower case if left out
 * @param podRange the range that all nodes share
 * @param serviceRange where virtual addresses come from
 * @param podRange6 what the pods' IPv6 addresses begin with, before their IPv4 addresses; {@code none} for no IPv6
 * @param serviceRange6 where virtual IPv6 addresses come from
 * @param subnetPrefixLength how much of the pod range a node leases
 * @param underlayAddress how other nodes reach this one; found by route if left out
 * @param vni VXLAN network identifier
 * @param port the tunnel's UDP port
 * @param socket where the agent answers
 * @param stateDirectory what has to survive a restart of the machine
 * @param store where the cluster's state is
 * @param offloads {@code auto}: whatever work the kernel's TAPs can leave to others, segmentation and checksums; {@code none}:
 *     every packet by itself and complete
 * @param metricsAddress {@code HOST:PORT} where Prometheus may ask, and nobody for anything else; null for nowhere
 * @param logLevel {@code error}, {@code warn}, {@code info} or {@code debug}
 * @param flowTimeouts how long flows of services may be silent
 * @param nodePortAddresses ranges of the node's addresses at which node ports are reached; empty for all but loopback's and
 *     those of links
 * @param zone in which zone the node is; null if zones are nobody's concern
 */
@SuppressWarnings("InvalidParam") // none is a value, and no misspelt zone
public record AgentConfig(
        String nodeName,
        String podRange,
        String serviceRange,
        String podRange6,
        String serviceRange6,
        int subnetPrefixLength,
        @Nullable String underlayAddress,
        @Nullable Integer vni,
        int port,
        String socket,
        String stateDirectory,
        StoreConfig store,
        String offloads,
        @Nullable String metricsAddress,
        String logLevel,
        FlowTimeoutsConfig flowTimeouts,
        List<String> nodePortAddresses,
        @Nullable String zone) {
    /** Where the packaged agent looks. */
    public static final Path DEFAULT_FILE = Path.of("/etc/osier/agent.yaml");

    private static final String NONE = "none";
    /** Local addresses (RFC 4193) whose global ID is "osier" in ASCII. */
    private static final String DEFAULT_POD_RANGE6 = "fd6f:7369:6572:1::/96";

    private static final String DEFAULT_SERVICE_RANGE6 = "fd6f:7369:6572:2::/108";
    /** Kubernetes' own limit: a claim is looked for one by one. */
    private static final int LARGEST_SERVICE_RANGE6 = 108;

    private static final IpAddress IPV6_LOOPBACK = IpAddress.parse("::1");

    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    /** Where the packaged agent answers. */
    public static final Path DEFAULT_SOCKET = Path.of("/run/osier/api.sock");

    @SuppressWarnings("NullAway") // what the file leaves out is null
    public AgentConfig {
        nodeName = nodeName == null ? hostName() : nodeName;
        checkName(nodeName);
        podRange = prefix("podRange", podRange == null ? "10.32.0.0/12" : podRange);
        serviceRange = prefix("serviceRange", serviceRange == null ? "10.96.0.0/12" : serviceRange);
        if (IpPrefix.parse(podRange).overlaps(IpPrefix.parse(serviceRange))) {
            throw new ValidationException("podRange and serviceRange overlap: " + podRange + " and " + serviceRange);
        }
        podRange6 = podRange6 == null ? DEFAULT_POD_RANGE6 : podRange6;
        serviceRange6 = serviceRange6 == null ? podRange6.equals(NONE) ? NONE : DEFAULT_SERVICE_RANGE6 : serviceRange6;
        ranges6(podRange6, serviceRange6);
        subnetPrefixLength = subnetPrefixLength == 0 ? 24 : subnetPrefixLength;
        int shortest = IpPrefix.parse(podRange).lengthBits();
        if (subnetPrefixLength < shortest || subnetPrefixLength > 29) {
            throw new ValidationException(
                    "subnetPrefixLength: Invalid value: " + subnetPrefixLength + ": must be " + shortest + " to 29");
        }
        if (underlayAddress != null) {
            checkAddress(underlayAddress);
        }
        vni = vni == null ? 1 : vni;
        if (vni < 0 || vni > VxlanHeader.MAX_VNI) {
            throw new ValidationException("vni: Invalid value: " + vni + ": must be 0 to " + VxlanHeader.MAX_VNI);
        }
        port = port == 0 ? VxlanHeader.UDP_PORT : port;
        if (port < 1 || port > 65_535) {
            throw new ValidationException("port: Invalid value: " + port + ": must be 1 to 65535");
        }
        socket = socket == null ? DEFAULT_SOCKET.toString() : socket;
        stateDirectory = stateDirectory == null ? "/var/lib/osier" : stateDirectory;
        store = store == null ? StoreConfig.DEFAULT : store;
        offloads = offloads == null ? "auto" : offloads;
        if (!offloads.equals("auto") && !offloads.equals("none")) {
            throw new ValidationException("offloads: Invalid value: \"" + offloads + "\": must be auto or none");
        }
        if (zone != null) {
            checkZone(zone);
        }
        if (metricsAddress != null) {
            ListenAddress.parse("metricsAddress", metricsAddress);
        }
        flowTimeouts = flowTimeouts == null ? FlowTimeoutsConfig.DEFAULT : flowTimeouts;
        nodePortAddresses = nodePortAddresses == null ? List.of() : List.copyOf(nodePortAddresses);
        nodePortRanges(nodePortAddresses);
        logLevel = logLevel == null ? LogLevel.DEFAULT : logLevel;
        if (!LogLevel.NAMES.contains(logLevel)) {
            throw new ValidationException("logLevel: Invalid value: \"" + logLevel + "\": must be one of "
                    + String.join(", ", LogLevel.NAMES));
        }
    }

    /**
     * Reads the file; one that is not there is all defaults if it is the usual one.
     *
     * @throws ValidationException in one line that names the key
     */
    public static AgentConfig read(Path file) {
        try {
            String text = Files.readString(file);
            return parse(text);
        } catch (NoSuchFileException e) {
            if (file.equals(DEFAULT_FILE)) {
                return defaults();
            }
            throw new ValidationException(file + ": no such file");
        } catch (ValidationException e) {
            throw new ValidationException(file + ": " + e.getMessage());
        } catch (IOException e) {
            throw new ValidationException(file + ": " + e.getMessage());
        }
    }

    static AgentConfig defaults() {
        return parse("{}");
    }

    static AgentConfig parse(String text) {
        return ConfigReader.read(text);
    }

    /** Checked before anything is leased or written under it. */
    private static void checkName(String nodeName) {
        try {
            ObjectMeta.named(nodeName);
        } catch (ValidationException e) {
            throw new ValidationException(String.valueOf(e.getMessage()).replaceFirst("^metadata\\.name", "nodeName"));
        }
    }

    /** It becomes the value of a label. */
    private static void checkZone(String zone) {
        try {
            ObjectMeta.named("zone").withLabels(Map.of(Node.ZONE, zone));
        } catch (ValidationException e) {
            throw new ValidationException(
                    "zone: Invalid value: \"" + zone + "\": must be at most 63 letters, digits, '-', '_' and '.'");
        }
    }

    private static void checkAddress(String underlayAddress) {
        try {
            IpAddress.parseStrictly(underlayAddress);
        } catch (IllegalArgumentException e) {
            throw new ValidationException("underlayAddress: " + e.getMessage());
        }
    }

    private static String prefix(String key, String text) {
        try {
            if (!IpPrefix.parseStrictly(text).address().isV4()) {
                throw new ValidationException(key + ": Invalid value: \"" + text
                        + "\": must be an IPv4 range; for IPv6 there is " + key + "6");
            }
            return text;
        } catch (IllegalArgumentException e) {
            throw new ValidationException(key + ": " + e.getMessage());
        }
    }

    /** The ranges of IPv6; null if there is to be none. */
    @Nullable
    Ipv6Ranges ipv6() {
        return ranges6(podRange6, serviceRange6);
    }

    private static @Nullable Ipv6Ranges ranges6(String podRange6, String serviceRange6) {
        if (podRange6.equals(NONE) != serviceRange6.equals(NONE)) {
            throw new ValidationException(
                    "podRange6 and serviceRange6 are both none or neither: " + podRange6 + " and " + serviceRange6);
        }
        if (podRange6.equals(NONE)) {
            return null;
        }
        EmbeddingPrefix pods;
        try {
            pods = EmbeddingPrefix.parse(podRange6);
        } catch (IllegalArgumentException e) {
            throw new ValidationException("podRange6: " + e.getMessage());
        }
        try {
            IpPrefix services = IpPrefix.parse(serviceRange6);
            if (services.address().isV4()
                    || services.lengthBits() < LARGEST_SERVICE_RANGE6
                    || services.lengthBits() > 124) {
                throw new ValidationException("serviceRange6: Invalid value: \"" + serviceRange6
                        + "\": must be an IPv6 range of /" + LARGEST_SERVICE_RANGE6 + " to /124");
            }
            return new Ipv6Ranges(pods, services);
        } catch (IllegalArgumentException e) {
            throw new ValidationException("serviceRange6: " + e.getMessage());
        }
    }

    /** Where node ports are reached; empty for the default. */
    List<IpPrefix> nodePortRanges() {
        return nodePortRanges(nodePortAddresses);
    }

    private static List<IpPrefix> nodePortRanges(List<String> texts) {
        List<IpPrefix> ranges = new ArrayList<>();
        for (String text : texts) {
            IpPrefix range;
            try {
                range = IpPrefix.parseStrictly(text);
            } catch (IllegalArgumentException e) {
                throw new ValidationException("nodePortAddresses: " + e.getMessage());
            }
            if (range.contains(IPV6_LOOPBACK) && range.lengthBits() > 0) {
                throw new ValidationException("nodePortAddresses: Invalid value: \"" + text
                        + "\": the kernel translates nothing that is sent to IPv6's loopback address");
            }
            ranges.add(range);
        }
        return ranges;
    }

    private static String hostName() {
        try {
            return nodeNameOf(Files.readString(HOST_NAME));
        } catch (IOException e) {
            throw new ValidationException("nodeName: Required value: the machine has no host name");
        }
    }

    /** The host name's first part in lower case, as a kubelet writes it. */
    static String nodeNameOf(String hostName) {
        String name = hostName.strip().toLowerCase(Locale.ROOT);
        int dot = name.indexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }
}
