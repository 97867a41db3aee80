package io.osier.agent.capture;

import io.osier.agent.api.client.ApiClient;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A node whose packets are asked for through an agent, its own or another's. */
public record AgentCaptureSource(ApiClient agent, String node) implements CaptureSource {
    @Override
    public InputStream open(CaptureRequest request) {
        String path = "/osier/v1/capture?node=" + URLEncoder.encode(node, StandardCharsets.UTF_8);
        String query = request.toQuery();
        return agent.stream(query.isEmpty() ? path : path + "&" + query);
    }
}
