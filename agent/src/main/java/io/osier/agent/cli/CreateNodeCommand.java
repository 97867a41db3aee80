package io.osier.agent.cli;

import io.osier.agent.model.Json;
import io.osier.dataplane.packet.IpAddress;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code osier create node}. */
@Command(
        name = "node",
        description = {
            "Enters a foreign node: no agent runs there, but something that speaks VXLAN,",
            "a Linux kernel device say. Broadcasts are replicated to it and its MACs learned."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  osier create node kernel --address 172.30.0.9 --pod-cidr 10.32.9.0/24",
            "and on the other side, with an Osier node at 172.30.0.1:",
            "  ip link add vxlan1 type vxlan id 1 dstport 4789 remote 172.30.0.1 dev eth0"
        })
final class CreateNodeCommand extends CreateObjectCommand {
    @Option(names = "--address", required = true, paramLabel = "UNDERLAY", description = "Its address in the underlay")
    String address = "";

    @Option(names = "--pod-cidr", required = true, paramLabel = "CIDR", description = "The range of its pods")
    List<String> podCidrs = List.of();

    @Option(
            names = "--remote-checksum",
            description = "It takes packets with partial checksums: a Linux device made with remcsumtx remcsumrx")
    boolean remoteChecksum;

    CreateNodeCommand() {
        super(Kinds.NODES);
    }

    @Override
    void describe(ObjectNode node) {
        try {
            IpAddress.parse(address);
        } catch (IllegalArgumentException e) {
            throw CliException.usage("create node: --address " + address + ": must be an IP address");
        }
        if (IpAddress.hasLeadingZeros(address)) {
            throw CliException.usage("create node: --address " + address + ": " + IpAddress.LEADING_ZEROS);
        }
        ObjectNode spec = node.putObject("spec").put("foreign", true);
        spec.set("podCIDRs", Json.tree(podCidrs));
        ObjectNode status = node.putObject("status");
        status.putArray("addresses").addObject().put("type", "InternalIP").put("address", address);
        if (remoteChecksum) {
            status.putArray("features").add("remote-checksum");
        }
    }
}
