package io.osier.agent.scenario;

import java.io.Closeable;
import java.io.IOException;

/** Sends packets to one port of one address, each from a port of its own, and hears what becomes of them. */
interface Client extends Closeable {
    /**
     * Sends the next packet.
     *
     * @return what the answer says
     * @throws IOException if it is refused or nobody answers, as Java's sockets say it
     */
    String ask(int patienceMillis) throws IOException;
}
