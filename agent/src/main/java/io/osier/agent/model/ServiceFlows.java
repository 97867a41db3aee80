package io.osier.agent.model;

import java.util.List;

/**
 * What a service's annotations say about its flows.
 *
 * @param balance {@code random}, {@code maglev} or {@code least-connections}
 */
public record ServiceFlows(String balance) {
    private static final List<String> BALANCES = List.of("random", "maglev", "least-connections");

    /**
     * Reads them.
     *
     * @throws ValidationException naming the annotation that is unknown or says what it may not
     */
    public static ServiceFlows of(ObjectMeta metadata) {
        Annotations.check(metadata, Annotations.OF_SERVICES);
        return new ServiceFlows(Annotations.word(metadata, Annotations.BALANCE, BALANCES));
    }
}
