package io.osier.agent.api.server;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.QueryStringEncoder;
import io.osier.agent.model.ObjectMeta;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One question, taken apart.
 *
 * @param path the words between the slashes
 * @param uri as it came, to be passed on
 */
@SuppressWarnings("ArrayRecordComponent") // the body as it came; nobody compares it
public record ApiRequest(String method, List<String> path, Map<String, List<String>> query, byte[] body, String uri) {
    static ApiRequest of(String method, String uri, byte[] body) {
        QueryStringDecoder decoder = new QueryStringDecoder(uri);
        List<String> words = Arrays.stream(decoder.path().split("/", -1))
                .filter(word -> !word.isEmpty())
                .toList();
        return new ApiRequest(method, words, decoder.parameters(), body, uri);
    }

    @Nullable
    String parameter(String name) {
        List<String> values = query.get(name);
        return values == null || values.isEmpty() ? null : values.get(0);
    }

    List<String> parameters(String name) {
        return query.getOrDefault(name, List.of());
    }

    boolean flag(String name) {
        return "true".equals(parameter(name));
    }

    String namespace() {
        String namespace = parameter("namespace");
        return namespace == null ? ObjectMeta.DEFAULT_NAMESPACE : namespace;
    }

    /** The word at this place of the path, or nothing. */
    String word(int index) {
        return index < path.size() ? path.get(index) : "";
    }

    /** The same question without one of its parameters, however that was written. */
    String uriWithout(String parameter) {
        QueryStringEncoder encoder = new QueryStringEncoder(new QueryStringDecoder(uri).rawPath());
        query.forEach((name, values) -> {
            if (!name.equals(parameter)) {
                values.forEach(value -> encoder.addParam(name, value));
            }
        });
        return encoder.toString();
    }
}
