package io.osier.agent.api.server;

import io.osier.agent.api.client.Conversation;
import java.io.IOException;

/** Goes on with a question as a conversation with whoever asked. */
@FunctionalInterface
public interface Talk {
    /**
     * Holds the conversation, which is closed afterwards.
     *
     * @throws IOException when the other side has gone
     */
    void with(Conversation other) throws IOException, InterruptedException;
}
