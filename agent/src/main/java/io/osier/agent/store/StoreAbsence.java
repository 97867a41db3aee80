package io.osier.agent.store;

import java.time.Instant;

/**
 * That the store does not answer.
 *
 * @param since when it last did, or when this process began to ask
 * @param reason what happened when it was last asked, in one line
 * @param lastKnown when what this process goes by was the store's state
 */
public record StoreAbsence(Instant since, String reason, Instant lastKnown) {}
