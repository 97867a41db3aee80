package io.osier.agent.model;

import io.osier.dataplane.service.Balance;
import io.osier.dataplane.service.FlowPolicy;
import io.osier.dataplane.service.OnRemoval;

/** What a service's annotations say about its flows. */
final class ServiceFlows {
    private static final int MAX_DRAIN_SECONDS = 86_400;

    private ServiceFlows() {}

    /**
     * Reads them.
     *
     * @throws ValidationException naming the annotation that is unknown or says what it may not
     */
    static FlowPolicy of(ObjectMeta metadata) {
        Annotations.check(metadata, Annotations.OF_SERVICES);
        Balance balance = Annotations.choice(metadata, Annotations.BALANCE, Balance.values(), Balance::label);
        OnRemoval removal = metadata.annotations().containsKey(Annotations.ON_BACKEND_REMOVAL)
                ? Annotations.choice(metadata, Annotations.ON_BACKEND_REMOVAL, OnRemoval.values(), OnRemoval::label)
                : null;
        Integer seconds = Annotations.number(metadata, Annotations.DRAIN_SECONDS, 0, MAX_DRAIN_SECONDS);
        return new FlowPolicy(balance, removal, seconds == null ? FlowPolicy.DEFAULT_DRAIN_SECONDS : seconds);
    }
}
