package io.osier.agent.api.server;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

class ApiRequestFuzzTest extends FuzzedApi {
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE", "PATCH");

    @FuzzTest(maxDuration = "3s")
    void anyRequest(FuzzedDataProvider data) {
        String method = data.pickValue(METHODS.toArray(String[]::new));
        String path = data.consumeString(200);
        // A capture goes on until its reader leaves, and has its own test.
        if (!path.contains("capture")) {
            ask(method, "/" + path, data.consumeRemainingAsBytes());
        }
    }
}
