package io.osier.agent.host;

import io.osier.agent.pod.CommandException;
import io.osier.agent.pod.CommandRunner;
import io.osier.agent.pod.Ipv6Device;
import io.osier.dataplane.io.TapFactory;
import io.osier.dataplane.io.TapOffload;
import io.osier.dataplane.io.UdpOffload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * What this kernel has of that which an agent needs or could use, found by trying it where nobody sees.
 *
 * @param tapProblem why there are no TAPs, in one line; empty if there are
 * @param tapOffloads what they accept
 * @param udpOffloads what UDP sockets accept
 * @param nftProblem why tables such as the agent's cannot be had, in one line; empty if they can
 * @param forwardsIpv4 whether packets of pods may leave the node
 * @param hasIpv6 whether the kernel has IPv6 at all
 * @param forwardsIpv6 the same of IPv6
 */
public record KernelFeatures(
        String tapProblem,
        Set<TapOffload> tapOffloads,
        Set<UdpOffload> udpOffloads,
        String nftProblem,
        boolean forwardsIpv4,
        boolean hasIpv6,
        boolean forwardsIpv6) {
    private static final Path IPV4_FORWARDING = Path.of("/proc/sys/net/ipv4/ip_forward");
    private static final Path IPV6_FORWARDING = Path.of("/proc/sys/net/ipv6/conf/all/forwarding");

    public KernelFeatures {
        tapOffloads = Set.copyOf(tapOffloads);
        udpOffloads = Set.copyOf(udpOffloads);
    }

    /**
     * Looks; takes a tenth of a second. Changes nothing.
     *
     * @param ipv6 whether the node's tables are wanted for IPv6, too
     */
    public static KernelFeatures probe(boolean ipv6) {
        String tapProblem = "";
        Set<TapOffload> tapOffloads = Set.of();
        try {
            tapOffloads = TapFactory.acceptedOffloads();
        } catch (IOException e) {
            tapProblem = String.valueOf(e.getMessage());
        }
        return new KernelFeatures(
                tapProblem,
                tapOffloads,
                acceptedByUdp(),
                nftProblem(ipv6),
                isOn(IPV4_FORWARDING),
                Ipv6Device.isSupported(),
                isOn(IPV6_FORWARDING));
    }

    private static Set<UdpOffload> acceptedByUdp() {
        try {
            return UdpOffload.accepted();
        } catch (IOException e) {
            return Set.of();
        }
    }

    /** The kernel checks the tables, and does not keep them. */
    private static String nftProblem(boolean ipv6) {
        try {
            CommandRunner.runWithInput(
                    sample("ip", "ipv4_addr") + (ipv6 ? sample("ip6", "ipv6_addr") : ""), "nft", "-c", "-f", "-");
            return "";
        } catch (CommandException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** All that the tables of {@link HostNetwork} and {@link HostServices} need of the kernel. */
    private static String sample(String family, String address) {
        return """
                table %1$s osier-check {
                  map ports { type inet_proto . inet_service : %2$s . inet_service; }
                  chain postrouting {
                    type nat hook postrouting priority srcnat; policy accept;
                    masquerade
                  }
                  chain prerouting {
                    type nat hook prerouting priority dstnat; policy accept;
                    fib daddr type local dnat %1$s to meta l4proto . th dport map @ports
                  }
                }
                """.formatted(family, address);
    }

    private static boolean isOn(Path switched) {
        try {
            return !Files.readString(switched).strip().equals("0");
        } catch (IOException e) {
            return false;
        }
    }
}
