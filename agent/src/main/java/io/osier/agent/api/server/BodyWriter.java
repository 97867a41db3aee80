package io.osier.agent.api.server;

import java.io.IOException;
import java.io.OutputStream;

/** Writes a body piece by piece, on a thread of its own, until it is done or the reader has gone. */
@FunctionalInterface
public interface BodyWriter {
    /** Writes; {@code out} blocks while the reader is slow and throws when it has gone. */
    void writeTo(OutputStream out) throws IOException, InterruptedException;
}
