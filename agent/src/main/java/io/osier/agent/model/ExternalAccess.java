package io.osier.agent.model;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a service may say about how it is reached from outside the cluster. */
final class ExternalAccess {
    private static final int LOOPBACK = 127;
    private static final int FIRST_MULTICAST = 224;
    private static final int MULTICAST6 = 0xff;
    /** The first ten bits of fe80::/10. */
    private static final int LINK_LOCAL6 = 0x3fa;

    private ExternalAccess() {}

    /** Throws {@link ValidationException} if the service's parts contradict each other. */
    static void check(
            String type,
            boolean headless,
            List<ServicePort> ports,
            List<String> externalIps,
            @Nullable String loadBalancerIp,
            List<String> sourceRanges) {
        if (headless && !type.equals("ClusterIP")) {
            throw ValidationException.invalid(
                    "spec.clusterIP", "None", "may not be set to 'None' for " + type + " services");
        }
        Set<String> nodePorts = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            Integer nodePort = ports.get(i).nodePort();
            if (nodePort != null && type.equals("ClusterIP")) {
                throw new ValidationException(
                        "spec.ports[" + i + "].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'");
            }
            if (nodePort != null && !nodePorts.add(ports.get(i).protocol() + nodePort)) {
                throw new ValidationException("spec.ports[" + i + "].nodePort: Duplicate value: " + nodePort);
            }
        }
        for (int i = 0; i < externalIps.size(); i++) {
            checkAddress("spec.externalIPs[" + i + "]", externalIps.get(i));
        }
        if (!type.equals("LoadBalancer") && loadBalancerIp != null) {
            throw forLoadBalancers("spec.loadBalancerIP");
        }
        if (!type.equals("LoadBalancer") && !sourceRanges.isEmpty()) {
            throw forLoadBalancers("spec.loadBalancerSourceRanges");
        }
        if (loadBalancerIp != null) {
            checkAddress("spec.loadBalancerIP", loadBalancerIp);
        }
        for (int i = 0; i < sourceRanges.size(); i++) {
            checkRange("spec.loadBalancerSourceRanges[" + i + "]", sourceRanges.get(i));
        }
    }

    /** The same of where load balancers ask a node about the service. */
    static void checkHealthPort(
            String type, @Nullable String policy, @Nullable Integer healthPort, List<ServicePort> ports) {
        if (healthPort == null) {
            return;
        }
        if (!type.equals("LoadBalancer") || !ServiceSpec.LOCAL.equals(policy)) {
            throw ValidationException.invalid(
                    "spec.healthCheckNodePort",
                    healthPort,
                    "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        }
        if (healthPort < ServicePort.FIRST_NODE_PORT || healthPort > ServicePort.LAST_NODE_PORT) {
            throw ValidationException.invalid(
                    "spec.healthCheckNodePort",
                    healthPort,
                    "must be " + ServicePort.FIRST_NODE_PORT + " to " + ServicePort.LAST_NODE_PORT);
        }
        for (ServicePort port : ports) {
            if (healthPort.equals(port.nodePort()) && port.protocol().equals("TCP")) {
                throw ValidationException.invalid(
                        "spec.healthCheckNodePort", healthPort, "is a node port of the service itself");
            }
        }
    }

    private static ValidationException forLoadBalancers(String field) {
        return new ValidationException(field + ": Forbidden: may only be used when `type` is 'LoadBalancer'");
    }

    private static void checkAddress(String field, String text) {
        IpAddress address;
        try {
            address = IpAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw ValidationException.invalid(field, text, "must be a valid IP address, (e.g. 10.9.8.7)");
        }
        if (!isOfOneHost(address)) {
            throw ValidationException.invalid(field, text, "must be an address of one host");
        }
    }

    /** Neither unspecified, nor loopback, link-local or multicast. */
    private static boolean isOfOneHost(IpAddress address) {
        if (address.isV4()) {
            int first = address.v4Bits() >>> 24;
            return first != 0 && first != LOOPBACK && first < FIRST_MULTICAST;
        }
        int first = (int) (address.high() >>> 56);
        boolean low = address.high() == 0 && address.low() >>> 1 == 0;
        return !low && first != MULTICAST6 && address.high() >>> 54 != LINK_LOCAL6;
    }

    private static void checkRange(String field, String text) {
        try {
            IpPrefix.parse(text.strip());
        } catch (IllegalArgumentException e) {
            throw ValidationException.invalid(field, text, "must be a range such as 10.9.8.0/24");
        }
    }
}
