package io.osier.agent.model;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever is read, the only complaint is a {@link ValidationException} of one line. */
class ManifestsFuzzTest {
    private static final String HEAD = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: ";
    private static final String POLICY_HEAD =
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec:\n  ";

    @FuzzTest(maxDuration = "3s")
    void anyTextIsReadOrRefused(FuzzedDataProvider data) {
        read(data.consumeRemainingAsString());
    }

    /** What begins well gets as far as the fields. */
    @FuzzTest(maxDuration = "3s")
    void anySpecIsReadOrRefused(FuzzedDataProvider data) {
        read(HEAD + data.consumeRemainingAsString());
    }

    @FuzzTest(maxDuration = "3s")
    void anyPolicyIsReadOrRefused(FuzzedDataProvider data) {
        String spec = data.pickValue(new String[] {"", "ingress:\n- ", "egress:\n- to:\n  - ", "podSelector: "});
        read(POLICY_HEAD + spec.replace("\n", "\n  ") + data.consumeRemainingAsString());
    }

    @FuzzTest(maxDuration = "3s")
    void anyBytesAreReadOrRefused(FuzzedDataProvider data) {
        try {
            Manifests.read(data.consumeRemainingAsBytes()).forEach(ManifestsFuzzTest::bind);
        } catch (ValidationException e) {
            checkOneLine(e);
        }
    }

    private static void read(String text) {
        try {
            Manifests.read(text).forEach(ManifestsFuzzTest::bind);
        } catch (ValidationException e) {
            checkOneLine(e);
        }
    }

    private static void bind(Manifest manifest) {
        try {
            manifest.bind();
        } catch (ValidationException e) {
            checkOneLine(e);
        }
    }

    private static void checkOneLine(ValidationException e) {
        if (e.getMessage() == null
                || e.getMessage().isEmpty()
                || e.getMessage().lines().count() > 1) {
            throw new AssertionError("not one line: " + e.getMessage(), e);
        }
    }
}
