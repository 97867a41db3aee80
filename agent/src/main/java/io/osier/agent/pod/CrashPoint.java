package io.osier.agent.pod;

import org.jspecify.annotations.Nullable;

/**
 * Steps between which an agent may die, each with a name, so that tests can have it die there: {@code -Dosier.crashAt=STEP}.
 * The death is a {@code kill -9}'s: nothing is cleaned up.
 */
public enum CrashPoint {
    /** The pod's address is claimed, and nothing else is there. */
    ADDRESS_CLAIMED,
    /** The namespace is noted, and not there. */
    NAMESPACE_NOTED,
    /** The namespace is there, and noted as half made. */
    NAMESPACE_HALF_MADE,
    /** The namespace is whole. */
    NAMESPACE_MADE,
    /** The device is there, without address or route. */
    DEVICE_MADE,
    /** The pod is on the segment. */
    CONNECTED,
    /** The command's process is there, and not noted. */
    COMMAND_LAUNCHED,
    /** The command's process is noted, and still waits for leave to begin. */
    COMMAND_NOTED,
    /** The command runs, and nobody has been told. */
    COMMAND_BEGUN,
    /** Of a deletion: the command has been ended. */
    COMMAND_ENDED,
    /** Of a deletion: the device has been let go. */
    DISCONNECTED,
    /** Of a deletion: the namespace has gone, and its note is there. */
    NAMESPACE_DELETED,
    /** Of a deletion: nothing of the pod is left, but its object. */
    UNMADE,
    /** Of a deletion: the object has gone, and its address is claimed. */
    OBJECT_DELETED;

    private static final @Nullable String CHOSEN = System.getProperty("osier.crashAt");
    private static final int KILLED = 137;

    /** The agent dies here, if a test wants it to. */
    public void reached() {
        if (CHOSEN != null && CHOSEN.equals(name())) {
            Runtime.getRuntime().halt(KILLED);
        }
    }
}
