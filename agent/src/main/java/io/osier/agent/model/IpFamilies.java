package io.osier.agent.model;

import io.osier.dataplane.packet.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The families of IP that a service has addresses of, as Kubernetes names them; the first is its primary one. */
public final class IpFamilies {
    public static final String IPV4 = "IPv4";
    public static final String IPV6 = "IPv6";
    /** One address. */
    public static final String SINGLE_STACK = "SingleStack";
    /** One of each family where the cluster has both. */
    public static final String PREFER_DUAL_STACK = "PreferDualStack";
    /** One of each family, or none at all. */
    public static final String REQUIRE_DUAL_STACK = "RequireDualStack";

    private static final List<String> POLICIES = List.of(SINGLE_STACK, PREFER_DUAL_STACK, REQUIRE_DUAL_STACK);

    private IpFamilies() {}

    public static String of(IpAddress address) {
        return address.isV4() ? IPV4 : IPV6;
    }

    public static boolean isOf(IpAddress address, String family) {
        return of(address).equals(family);
    }

    public static String other(String family) {
        return family.equals(IPV4) ? IPV6 : IPV4;
    }

    /** Throws {@link ValidationException} if they contradict each other. */
    static void check(@Nullable String policy, List<String> families, List<String> clusterIps) {
        if (policy != null && !POLICIES.contains(policy)) {
            throw ValidationException.invalid("spec.ipFamilyPolicy", policy, "must be " + String.join(", ", POLICIES));
        }
        for (int i = 0; i < families.size(); i++) {
            String family = families.get(i);
            if (!family.equals(IPV4) && !family.equals(IPV6)) {
                throw ValidationException.invalid("spec.ipFamilies[" + i + "]", family, "must be IPv4 or IPv6");
            }
        }
        if (families.size() > 2 || (families.size() == 2 && families.get(0).equals(families.get(1)))) {
            throw new ValidationException("spec.ipFamilies: Invalid value: " + families + ": each family once");
        }
        boolean single = SINGLE_STACK.equals(policy);
        if (single && families.size() > 1) {
            throw new ValidationException(
                    "spec.ipFamilies: Invalid value: " + families + ": at most one with ipFamilyPolicy SingleStack");
        }
        if (single && clusterIps.size() > 1) {
            throw new ValidationException(
                    "spec.clusterIPs: Invalid value: " + clusterIps + ": at most one with ipFamilyPolicy SingleStack");
        }
        checkAddresses(families, clusterIps);
    }

    private static void checkAddresses(List<String> families, List<String> clusterIps) {
        if (clusterIps.size() > 2) {
            throw new ValidationException("spec.clusterIPs: Invalid value: " + clusterIps + ": two at most");
        }
        for (int i = 0; i < clusterIps.size(); i++) {
            String field = "spec.clusterIPs[" + i + "]";
            String text = clusterIps.get(i);
            String family = familyOf(i == 0 ? "spec.clusterIP" : field, text);
            if (i < families.size() && !families.get(i).equals(family)) {
                throw ValidationException.invalid(field, text, "must be " + families.get(i) + ", as ipFamilies says");
            }
            if (i == 1 && familyOf(field, clusterIps.get(0)).equals(family)) {
                throw ValidationException.invalid(field, text, "must be of the other family");
            }
        }
    }

    private static String familyOf(String field, String text) {
        try {
            return of(IpAddress.parse(text));
        } catch (IllegalArgumentException e) {
            throw ValidationException.invalid(field, text, "must be an IPv4 address or an IPv6 address, or None");
        }
    }
}
