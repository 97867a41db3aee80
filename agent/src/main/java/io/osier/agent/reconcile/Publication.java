package io.osier.agent.reconcile;

import io.osier.dataplane.service.ServiceTable;
import java.util.List;

/** Is told of every table of services that the dataplane has taken. Called on the reconciler's thread. */
@FunctionalInterface
public interface Publication {
    /** The dataplane forwards by these services from now on; {@code healthChecks} are of the same state. */
    void published(ServiceTable services, List<HealthCheck> healthChecks);
}
