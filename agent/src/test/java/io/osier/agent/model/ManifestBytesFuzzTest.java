package io.osier.agent.model;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

class ManifestBytesFuzzTest {
    @FuzzTest(maxDuration = "3s")
    void anyBytesAreReadOrRefused(FuzzedDataProvider data) {
        FuzzedManifests.read(data.consumeRemainingAsBytes());
    }
}
