package io.osier.agent.bootstrap;

import io.osier.agent.model.Node;
import io.osier.agent.model.ValidationException;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.vxlan.VxlanTunnel;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;

/** How other nodes reach this one: as configured, or as the kernel would send to them. */
final class UnderlayAddress {
    /** Nothing is sent there: a route is asked for. */
    private static final String ANY_OUTSIDE_ADDRESS = "192.0.2.1";

    private UnderlayAddress() {}

    /** The source address towards a node that is known already, or towards the outside. */
    static IpAddress find(String self, List<Node> nodes) {
        String target = nodes.stream()
                .filter(node -> !node.metadata().name().equals(self))
                .map(Node::underlayAddress)
                .findFirst()
                .orElse(ANY_OUTSIDE_ADDRESS);
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(target), 9));
            InetAddress local = socket.getLocalAddress();
            if (local.isAnyLocalAddress() || local.isLoopbackAddress()) {
                throw new ValidationException(
                        "underlayAddress: no route to " + target + ": set it in the configuration");
            }
            return IpAddress.parse(local.getHostAddress());
        } catch (SocketException | UnknownHostException | java.io.UncheckedIOException e) {
            throw new ValidationException("underlayAddress: no route to " + target + " (" + e.getMessage()
                    + "): set it in the configuration");
        }
    }

    /** Refuses an address that another node has entered, as all machines of a careless Vagrantfile would. */
    static void checkUnique(IpAddress address, String self, List<Node> nodes) {
        for (Node node : nodes) {
            boolean other = !node.metadata().name().equals(self);
            if (other && node.underlayAddress().equals(address.toString())) {
                throw new ValidationException(
                        "nodes " + self + " and " + node.metadata().name() + " both have the underlay address "
                                + address
                                + ": set underlayAddress in the configuration of one of them, or run 'osier delete node "
                                + node.metadata().name() + "' if it is gone");
            }
        }
    }

    /** What a pod can send so that its tunnel packet fits the interface that has this address. */
    static int podMtuBytes(IpAddress address) {
        try {
            NetworkInterface device = NetworkInterface.getByInetAddress(InetAddress.getByName(address.toString()));
            if (device == null) {
                throw new ValidationException("underlayAddress: no interface of this machine has " + address);
            }
            return device.getMTU() - VxlanTunnel.overheadBytes(address);
        } catch (SocketException | UnknownHostException e) {
            throw new ValidationException("underlayAddress: " + address + ": " + e.getMessage());
        }
    }
}
