package io.osier.agent.model;

import io.osier.dataplane.service.Balance;
import io.osier.dataplane.service.OnRemoval;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a service's annotations say about its flows.
 *
 * @param balance {@code random}, {@code maglev} or {@code least-connections}
 * @param onBackendRemoval {@code drain}, {@code reset} or {@code repick}; null for what is usual for the protocol
 * @param drainSeconds null if nothing is said
 */
public record ServiceFlows(
        String balance,
        @Nullable String onBackendRemoval,
        @Nullable Integer drainSeconds) {
    private static final List<String> BALANCES =
            Arrays.stream(Balance.values()).map(Balance::label).toList();
    private static final List<String> REMOVALS =
            Arrays.stream(OnRemoval.values()).map(OnRemoval::label).toList();
    private static final int MAX_DRAIN_SECONDS = 86_400;

    /**
     * Reads them.
     *
     * @throws ValidationException naming the annotation that is unknown or says what it may not
     */
    public static ServiceFlows of(ObjectMeta metadata) {
        Annotations.check(metadata, Annotations.OF_SERVICES);
        boolean saysRemoval = metadata.annotations().containsKey(Annotations.ON_BACKEND_REMOVAL);
        return new ServiceFlows(
                Annotations.word(metadata, Annotations.BALANCE, BALANCES),
                saysRemoval ? Annotations.word(metadata, Annotations.ON_BACKEND_REMOVAL, REMOVALS) : null,
                Annotations.number(metadata, Annotations.DRAIN_SECONDS, 0, MAX_DRAIN_SECONDS));
    }
}
