package io.osier.agent.scenario;

import java.util.List;

/** Two nodes with all {@link Station}s, and something that serves services on them. */
interface ServiceRig {
    String namespace(Station station);

    /** Begins to serve these. Those before them need not be served any longer. */
    void load(List<DrawnService> services);
}
