package io.osier.agent.model;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * What pods may be reached by, and reach.
 *
 * @param podSelector whose traffic it is about, in the policy's namespace
 * @param policyTypes {@code Ingress}, {@code Egress} or both: in which directions these pods are isolated, so that only what a
 *     policy allows is let through; if left out ingress, and egress if there are rules for it
 * @param ingress what is let through to them; nothing if there are none
 * @param egress the same of what they send
 */
public record NetworkPolicySpec(
        LabelSelector podSelector, List<String> policyTypes, List<IngressRule> ingress, List<EgressRule> egress) {
    private static final String INGRESS = "Ingress";
    private static final String EGRESS = "Egress";

    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public NetworkPolicySpec {
        podSelector = podSelector == null ? LabelSelector.ALL : podSelector;
        ingress = ingress == null ? List.of() : List.copyOf(ingress);
        egress = egress == null ? List.of() : List.copyOf(egress);
        policyTypes = policyTypes == null || policyTypes.isEmpty()
                ? egress.isEmpty() ? List.of(INGRESS) : List.of(INGRESS, EGRESS)
                : List.copyOf(policyTypes);
        podSelector.check("spec.podSelector");
        checkTypes(policyTypes);
        check("spec.ingress", "from", ingress);
        check("spec.egress", "to", egress);
    }

    private static void checkTypes(List<String> types) {
        if (types.size() > 2) {
            throw new ValidationException("spec.policyTypes: Too many: may not specify more than two policyTypes");
        }
        for (int i = 0; i < types.size(); i++) {
            if (!types.get(i).equals(INGRESS) && !types.get(i).equals(EGRESS)) {
                throw ValidationException.invalid(
                        "spec.policyTypes[" + i + "]", types.get(i), "must be Ingress or Egress");
            }
        }
    }

    private static void check(String at, String peersField, List<? extends NetworkPolicyRule> rules) {
        Sizes.check(at, rules);
        for (int i = 0; i < rules.size(); i++) {
            List<NetworkPolicyPort> ports = rules.get(i).ports();
            String portsAt = at + "[" + i + "].ports";
            Sizes.check(portsAt, ports);
            for (int j = 0; j < ports.size(); j++) {
                ports.get(j).check(portsAt + "[" + j + "]");
            }
            List<NetworkPolicyPeer> peers = rules.get(i).peers();
            String peersAt = at + "[" + i + "]." + peersField;
            Sizes.check(peersAt, peers);
            for (int j = 0; j < peers.size(); j++) {
                peers.get(j).check(peersAt + "[" + j + "]");
            }
        }
    }

    /** Whether only what a policy allows comes to its pods. */
    @JsonIgnore
    public boolean isolatesIngress() {
        return policyTypes.contains(INGRESS);
    }

    /** Whether only what a policy allows leaves its pods. */
    @JsonIgnore
    public boolean isolatesEgress() {
        return policyTypes.contains(EGRESS);
    }
}
