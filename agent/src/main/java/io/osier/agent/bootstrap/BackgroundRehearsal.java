package io.osier.agent.bootstrap;

import io.osier.agent.reconcile.ReconcileRehearsal;
import io.osier.dataplane.io.Rehearsal;
import io.osier.dataplane.io.TapOffload;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rehearsals beside the rest of a start: of packets, then of changes. An agent need not wait for them to be ready. */
final class BackgroundRehearsal {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundRehearsal.class);
    private static final Duration AT_MOST = Duration.ofSeconds(10);

    private BackgroundRehearsal() {}

    /** Begins it; who cannot go on without may join the thread. */
    static Thread begin(Set<TapOffload> offloads) {
        Thread thread = new Thread(
                () -> {
                    try {
                        Rehearsal.perform(offloads, AT_MOST);
                    } catch (IOException | RuntimeException e) {
                        LOG.info("the first packets will be slower than the others: {}", e.getMessage());
                    }
                    ReconcileRehearsal.perform();
                },
                "osier-rehearsal");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
