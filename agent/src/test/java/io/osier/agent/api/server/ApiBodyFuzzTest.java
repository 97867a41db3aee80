package io.osier.agent.api.server;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

class ApiBodyFuzzTest extends FuzzedApi {
    @FuzzTest(maxDuration = "3s")
    void anyBody(FuzzedDataProvider data) {
        String method = data.pickValue(new String[] {"POST", "PUT"});
        String kind = data.pickValue(KINDS.toArray(String[]::new));
        ask(method, "/api/v1/" + kind + (method.equals("PUT") ? "/a" : ""), data.consumeRemainingAsBytes());
    }
}
