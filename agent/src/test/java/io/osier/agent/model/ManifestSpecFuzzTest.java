package io.osier.agent.model;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** What begins well gets as far as the fields. */
class ManifestSpecFuzzTest {
    private static final String HEAD = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: ";

    @FuzzTest(maxDuration = "3s")
    void anySpecIsReadOrRefused(FuzzedDataProvider data) {
        FuzzedManifests.read(HEAD + data.consumeRemainingAsString());
    }
}
