package io.osier.agent.model;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.osier.dataplane.packet.IpAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of a service.
 *
 * @param type {@code ClusterIP}, {@code NodePort} (every node's port leads there, too) or {@code LoadBalancer} (and an address
 *     that the network outside leads to the nodes)
 * @param clusterIP its virtual address; {@code None} for a headless service; chosen for it if left out
 * @param clusterIPs the same, and the one of the other family if it has one
 * @param ipFamilyPolicy whether it has addresses of both families; {@link IpFamilies} has the words
 * @param ipFamilies of its addresses, in their order
 * @param externalIPs addresses of others that lead to the nodes and are this service's
 * @param loadBalancerIP the load balancer's address, which is for the user to choose
 * @param loadBalancerSourceRanges who may come to it; empty for everybody
 * @param externalTrafficPolicy {@code Local}: who comes from outside gets a pod of the node that he comes to, and is seen by his
 *     own address; null where nobody can come from outside
 * @param healthCheckNodePort where a load balancer asks each node whether it has endpoints; of services of type {@code
 *     LoadBalancer} whose external policy is Local, and chosen for them if left out
 * @param internalTrafficPolicy {@code Local}: the same for pods
 * @param trafficDistribution {@code PreferSameNode}: a pod of the client's node if there is one; {@code PreferSameZone}, or
 *     {@code PreferClose}: of its zone
 */
public record ServiceSpec(
        String type,
        @Nullable String clusterIP,
        List<String> clusterIPs,
        @Nullable String ipFamilyPolicy,
        List<String> ipFamilies,
        Map<String, String> selector,
        List<ServicePort> ports,
        String sessionAffinity,
        @Nullable SessionAffinityConfig sessionAffinityConfig,
        boolean publishNotReadyAddresses,
        List<String> externalIPs,
        @Nullable String loadBalancerIP,
        List<String> loadBalancerSourceRanges,
        @Nullable String externalTrafficPolicy,
        @Nullable Integer healthCheckNodePort,
        String internalTrafficPolicy,
        @Nullable String trafficDistribution) {
    public static final String HEADLESS = "None";
    public static final String CLIENT_IP = "ClientIP";
    public static final String CLUSTER = "Cluster";
    public static final String LOCAL = "Local";

    private static final List<String> TYPES = List.of("ClusterIP", "NodePort", "LoadBalancer");

    private static final int DEFAULT_AFFINITY_SECONDS = 10_800;
    private static final int MAX_AFFINITY_SECONDS = 86_400;

    /** How long affinity lasts, as Kubernetes writes it. */
    public record SessionAffinityConfig(@Nullable ClientIp clientIP) {}

    /**
     * Of the only kind there is.
     *
     * @param timeoutSeconds since the client's last new flow
     */
    public record ClientIp(@Nullable Integer timeoutSeconds) {
        public ClientIp {
            if (timeoutSeconds != null && (timeoutSeconds < 1 || timeoutSeconds > MAX_AFFINITY_SECONDS)) {
                throw ValidationException.invalid(
                        "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
                        timeoutSeconds,
                        "must be 1 to " + MAX_AFFINITY_SECONDS);
            }
        }
    }

    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public ServiceSpec {
        type = type == null ? "ClusterIP" : type;
        if (!TYPES.contains(type)) {
            throw ValidationException.invalid("spec.type", type, "must be ClusterIP, NodePort or LoadBalancer");
        }
        sessionAffinity = sessionAffinity == null ? "None" : sessionAffinity;
        if (!sessionAffinity.equals("None") && !sessionAffinity.equals(CLIENT_IP)) {
            throw ValidationException.invalid("spec.sessionAffinity", sessionAffinity, "must be None or ClientIP");
        }
        if (sessionAffinityConfig != null && sessionAffinity.equals("None")) {
            throw new ValidationException(
                    "spec.sessionAffinityConfig: Forbidden: must not be set when sessionAffinity is None");
        }
        if (clusterIP != null && clusterIP.isEmpty()) {
            clusterIP = null;
        }
        if (clusterIPs != null && !clusterIPs.isEmpty() && !clusterIPs.get(0).equals(clusterIP)) {
            throw ValidationException.invalid("spec.clusterIPs[0]", clusterIPs.get(0), "must be what clusterIP says");
        }
        boolean named = clusterIPs != null && !clusterIPs.isEmpty();
        clusterIPs = named ? List.copyOf(clusterIPs) : clusterIP == null ? List.of() : List.of(clusterIP);
        ipFamilyPolicy = ipFamilyPolicy == null || ipFamilyPolicy.isEmpty() ? null : ipFamilyPolicy;
        ipFamilies = ipFamilies == null ? List.of() : List.copyOf(ipFamilies);
        List<String> addresses = HEADLESS.equals(clusterIP) && clusterIPs.size() == 1 ? List.of() : clusterIPs;
        IpFamilies.check(ipFamilyPolicy, ipFamilies, addresses);
        if (ipFamilies.size() < addresses.size()) {
            ipFamilies = addresses.stream()
                    .map(address -> IpFamilies.of(IpAddress.parse(address)))
                    .toList();
        }
        selector = selector == null ? Map.of() : Map.copyOf(new TreeMap<>(selector));
        Names.checkLabels("spec.selector", selector);
        ports = ports == null ? List.of() : List.copyOf(ports);
        checkPorts(ports, HEADLESS.equals(clusterIP));
        externalIPs = externalIPs == null ? List.of() : List.copyOf(externalIPs);
        loadBalancerIP = loadBalancerIP == null || loadBalancerIP.isEmpty() ? null : loadBalancerIP;
        loadBalancerSourceRanges = loadBalancerSourceRanges == null ? List.of() : List.copyOf(loadBalancerSourceRanges);
        internalTrafficPolicy = policy("spec.internalTrafficPolicy", internalTrafficPolicy);
        boolean external = !type.equals("ClusterIP") || !externalIPs.isEmpty();
        ExternalAccess.check(
                type, HEADLESS.equals(clusterIP), ports, externalIPs, loadBalancerIP, loadBalancerSourceRanges);
        if (externalTrafficPolicy != null && !externalTrafficPolicy.isEmpty() && !external) {
            throw ValidationException.invalid(
                    "spec.externalTrafficPolicy",
                    externalTrafficPolicy,
                    "may only be set for externally-accessible services");
        }
        externalTrafficPolicy = external ? policy("spec.externalTrafficPolicy", externalTrafficPolicy) : null;
        ExternalAccess.checkHealthPort(type, externalTrafficPolicy, healthCheckNodePort, ports);
        trafficDistribution = trafficDistribution == null || trafficDistribution.isEmpty() ? null : trafficDistribution;
    }

    /** One that pods reach at its address, without affinity. */
    public ServiceSpec(@Nullable String clusterIP, Map<String, String> selector, List<ServicePort> ports) {
        this(
                "ClusterIP",
                clusterIP,
                clusterIP == null ? List.of() : List.of(clusterIP),
                null,
                List.of(),
                selector,
                ports,
                "None",
                null,
                false,
                List.of(),
                null,
                List.of(),
                null,
                null,
                CLUSTER,
                null);
    }

    private static String policy(String field, @Nullable String value) {
        String policy = value == null || value.isEmpty() ? CLUSTER : value;
        if (!policy.equals(CLUSTER) && !policy.equals(LOCAL)) {
            throw ValidationException.invalid(field, policy, "must be Cluster or Local");
        }
        return policy;
    }

    @JsonIgnore
    public boolean isHeadless() {
        return HEADLESS.equals(clusterIP);
    }

    /** Its virtual addresses, the primary one first; none of a headless service. */
    @JsonIgnore
    public List<IpAddress> addresses() {
        return isHeadless()
                ? List.of()
                : clusterIPs.stream().map(IpAddress::parse).toList();
    }

    /** Whether every node has ports of its own that lead here. */
    @JsonIgnore
    public boolean hasNodePorts() {
        return !type.equals("ClusterIP");
    }

    /**
     * The same with these addresses.
     *
     * @param policy why it has as many as it has
     * @param families of the addresses, in their order; what counts of a headless service
     */
    public ServiceSpec withAddresses(String policy, List<String> families, List<String> addresses) {
        return with(policy, families, addresses, ports, healthCheckNodePort);
    }

    public ServiceSpec asHeadless() {
        return with(ipFamilyPolicy, ipFamilies, List.of(HEADLESS), ports, healthCheckNodePort);
    }

    public ServiceSpec withPorts(List<ServicePort> other) {
        return with(ipFamilyPolicy, ipFamilies, clusterIPs, other, healthCheckNodePort);
    }

    private ServiceSpec with(
            @Nullable String policy,
            List<String> families,
            List<String> addresses,
            List<ServicePort> otherPorts,
            @Nullable Integer healthPort) {
        return new ServiceSpec(
                type,
                addresses.isEmpty() ? null : addresses.get(0),
                addresses,
                policy,
                families,
                selector,
                otherPorts,
                sessionAffinity,
                sessionAffinityConfig,
                publishNotReadyAddresses,
                externalIPs,
                loadBalancerIP,
                loadBalancerSourceRanges,
                externalTrafficPolicy,
                healthPort,
                internalTrafficPolicy,
                trafficDistribution);
    }

    public ServiceSpec withHealthCheckNodePort(int port) {
        return with(ipFamilyPolicy, ipFamilies, clusterIPs, ports, port);
    }

    /** Whether load balancers have to know which nodes have endpoints. */
    @JsonIgnore
    public boolean needsHealthCheck() {
        return type.equals("LoadBalancer") && LOCAL.equals(externalTrafficPolicy);
    }

    /** For how long a client that comes again gets the pod that it had; 0 for not at all. */
    @JsonIgnore
    public int affinitySeconds() {
        if (!sessionAffinity.equals(CLIENT_IP)) {
            return 0;
        }
        ClientIp client = sessionAffinityConfig == null ? null : sessionAffinityConfig.clientIP();
        Integer seconds = client == null ? null : client.timeoutSeconds();
        return seconds == null ? DEFAULT_AFFINITY_SECONDS : seconds;
    }

    private static void checkPorts(List<ServicePort> ports, boolean headless) {
        if (ports.isEmpty() && !headless) {
            throw new ValidationException("spec.ports: Required value");
        }
        Set<String> names = new HashSet<>();
        Set<String> numbers = new HashSet<>();
        for (int i = 0; i < ports.size(); i++) {
            ServicePort port = ports.get(i);
            String name = port.name();
            if (ports.size() > 1 && (name == null || name.isEmpty())) {
                throw new ValidationException("spec.ports[" + i + "].name: Required value");
            }
            if (name != null && !names.add(name)) {
                throw new ValidationException("spec.ports[" + i + "].name: Duplicate value: \"" + name + "\"");
            }
            if (!numbers.add(port.protocol() + port.port())) {
                throw new ValidationException(
                        "spec.ports[" + i + "]: Duplicate value: \"" + port.port() + "/" + port.protocol() + "\"");
            }
        }
    }
}
