package io.osier.agent.model;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import tools.jackson.databind.node.ObjectNode;

/** Whatever is read, the only complaint is a {@link ValidationException} of one line. */
class ManifestsFuzzTest {
    @FuzzTest(maxDuration = "10s")
    void anyTextIsReadOrRefused(FuzzedDataProvider data) {
        try {
            for (ObjectNode object : Manifests.read(data.consumeRemainingAsString())) {
                Manifests.bind(object);
            }
        } catch (ValidationException e) {
            if (e.getMessage() == null || e.getMessage().contains("\n")) {
                throw new AssertionError("not one line: " + e.getMessage(), e);
            }
        }
    }
}
