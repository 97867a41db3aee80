package io.osier.agent.model;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

class ManifestTextFuzzTest {
    @FuzzTest(maxDuration = "3s")
    void anyTextIsReadOrRefused(FuzzedDataProvider data) {
        FuzzedManifests.read(data.consumeRemainingAsString());
    }
}
