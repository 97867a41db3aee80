package io.osier.agent.model;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** What begins as a policy gets as far as its rules. */
class ManifestPolicyFuzzTest {
    private static final String HEAD =
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec:\n  ";

    @FuzzTest(maxDuration = "3s")
    void anyPolicyIsReadOrRefused(FuzzedDataProvider data) {
        String spec = data.pickValue(new String[] {"", "ingress:\n- ", "egress:\n- to:\n  - ", "podSelector: "});
        FuzzedManifests.read(HEAD + spec.replace("\n", "\n  ") + data.consumeRemainingAsString());
    }
}
