package io.osier.dataplane.io;

import io.osier.dataplane.port.PortId;

/** Told of what happens to a dataplane by itself. Called on the worker's thread, and so must return at once. */
public interface DataplaneListener {
    /**
     * A port's device has been deleted, alone or with its namespace. The port is out of service by itself; one of the same
     * name may be added again.
     */
    void portGone(PortId port);

    /** The worker met an error in the program and lost the packets in hand; told at most once a second. */
    void workerFailed(RuntimeException failure);
}
