package io.osier.agent.api.server;

import io.osier.agent.ipam.AddressClaims;
import io.osier.agent.model.IpFamilies;
import io.osier.agent.model.ServiceSpec;
import io.osier.agent.reconcile.HostAddresses;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives services their virtual addresses, of one family or of both, and takes them back. What is left out is chosen as
 * Kubernetes chooses it: IPv4 first, one family unless more is asked for.
 */
final class ClusterIps {
    private final AddressClaims claims;
    private final IpPrefix range;
    private final @Nullable IpPrefix range6;

    ClusterIps(AddressClaims claims, NodeSettings settings) {
        this.claims = claims;
        this.range = settings.serviceRange();
        Ipv6Ranges ipv6 = settings.ipv6();
        this.range6 = ipv6 == null ? null : ipv6.services();
    }

    /**
     * The spec with all its addresses: as asked, as before, or the next that are free. Claims nothing.
     *
     * @throws ApiError if there can be no such addresses
     */
    ServiceSpec choose(ServiceSpec asked, @Nullable ServiceSpec before, String owner) {
        String policy = policyOf(asked, before);
        List<String> families = familiesOf(asked, before, policy);
        if (asked.isHeadless()) {
            return asked.withAddresses(policy, families, List.of(ServiceSpec.HEADLESS));
        }
        List<String> addresses = new ArrayList<>();
        for (String family : families) {
            IpAddress known = find(before, family).orElse(null);
            IpAddress wanted = find(asked, family).orElse(known);
            if (known != null && !known.equals(wanted)) {
                throw ApiError.invalid("spec.clusterIP: Invalid value: \"" + wanted
                        + "\": field is immutable: delete the service and create it anew");
            }
            IpPrefix from = rangeOf(family);
            addresses.add(wanted == null ? free(from, owner) : checked(wanted, from));
        }
        return asked.withAddresses(policy, families, addresses);
    }

    private static String policyOf(ServiceSpec asked, @Nullable ServiceSpec before) {
        String policy = asked.ipFamilyPolicy();
        if (policy != null) {
            return policy;
        }
        if (asked.ipFamilies().size() > 1) {
            return IpFamilies.REQUIRE_DUAL_STACK;
        }
        String kept = before == null ? null : before.ipFamilyPolicy();
        return kept == null ? IpFamilies.SINGLE_STACK : kept;
    }

    private List<String> familiesOf(ServiceSpec asked, @Nullable ServiceSpec before, String policy) {
        List<String> families = new ArrayList<>(asked.ipFamilies());
        if (families.isEmpty() && before != null) {
            families.addAll(before.ipFamilies());
        }
        if (families.isEmpty()) {
            families.add(IpFamilies.IPV4);
        }
        String first = families.get(0);
        if (before != null
                && !before.ipFamilies().isEmpty()
                && !before.ipFamilies().get(0).equals(first)) {
            throw ApiError.invalid("spec.ipFamilies[0]: Invalid value: \"" + first
                    + "\": the primary family is immutable: delete the service and create it anew");
        }
        if (policy.equals(IpFamilies.SINGLE_STACK)) {
            return List.of(served(first));
        }
        if (range6 == null && policy.equals(IpFamilies.PREFER_DUAL_STACK)) {
            return List.of(served(first));
        }
        if (range6 == null) {
            throw ApiError.invalid("spec.ipFamilyPolicy: Invalid value: \"" + policy
                    + "\": this cluster is not configured for dual-stack services");
        }
        return List.of(first, IpFamilies.other(first));
    }

    private String served(String family) {
        if (family.equals(IpFamilies.IPV6) && range6 == null) {
            throw ApiError.invalid("spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster");
        }
        return family;
    }

    private IpPrefix rangeOf(String family) {
        return family.equals(IpFamilies.IPV4) || range6 == null ? range : range6;
    }

    private static Optional<IpAddress> find(@Nullable ServiceSpec spec, String family) {
        return spec == null
                ? Optional.empty()
                : spec.addresses().stream()
                        .filter(address -> IpFamilies.isOf(address, family))
                        .findFirst();
    }

    private String free(IpPrefix from, String owner) {
        return claims.nextFree(from, start(from, owner))
                .map(IpAddress::toString)
                .orElseThrow(() -> new ApiError(507, "InsufficientStorage", "every address of " + from + " is taken"));
    }

    private static String checked(IpAddress wanted, IpPrefix from) {
        if (!from.contains(wanted)) {
            throw ApiError.invalid(
                    "spec.clusterIP: Invalid value: \"" + wanted + "\": not in the service range " + from);
        }
        if (HostAddresses.of(from).isReserved(wanted)) {
            throw ApiError.invalid("spec.clusterIP: Invalid value: \"" + wanted
                    + "\": the first and the last of the service range stand for node ports");
        }
        return wanted.toString();
    }

    /** Claims what a spec that was chosen has; an address that the owner has already stays its own. */
    void claim(ServiceSpec spec, String owner) {
        for (IpAddress address : spec.addresses()) {
            if (!claims.claim(address, owner)) {
                throw ApiError.invalid("spec.clusterIP: Invalid value: \"" + address
                        + "\": provided IP is already allocated to "
                        + claims.ownerOf(address).orElse("somebody else"));
            }
        }
    }

    /** Gives back what the service had and has no more; {@code after} is null if it is gone. */
    void release(ServiceSpec before, @Nullable ServiceSpec after, String owner) {
        for (IpAddress address : before.addresses()) {
            if (after == null || !after.addresses().contains(address)) {
                claims.release(address, owner);
            }
        }
    }

    /** The address that is tried first for a service that asks for none. */
    IpAddress firstTried(String owner) {
        return AddressClaims.after(range, start(range, owner));
    }

    /** A start that follows from the name gives a service the same address again, if nobody took it meanwhile. */
    private static IpAddress start(IpPrefix from, String owner) {
        IpAddress base = from.address();
        int hosts = 1 << Math.min(30, (base.isV4() ? 32 : 128) - from.lengthBits());
        return new IpAddress(base.high(), base.low() + 1 + Math.floorMod(owner.hashCode() * 0x9e37_79b1, hosts - 3));
    }
}
