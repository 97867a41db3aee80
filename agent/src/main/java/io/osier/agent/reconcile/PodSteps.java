package io.osier.agent.reconcile;

import io.osier.agent.model.Pod;
import java.util.List;

/** What it takes to have a pod, and to have it no more. Every step may be done again. */
public interface PodSteps {
    /** Makes a pod, or what is missing of it; throws in one line if it cannot be made now. */
    void make(Pod pod);

    /** Says again how a pod is that has been made: others have said something else of it. */
    void tell(Pod pod);

    /** Whether the network namespace that was made for a pod is still there. */
    boolean isThere(String namespace);

    /** Takes everything in this network namespace away, whole or half made; what is not there is no error. */
    void unmake(String namespace);

    /** Removes a pod's object and gives its addresses back. */
    void forget(Pod pod);

    /** The network namespaces that an earlier agent of this node made. */
    List<String> leftOvers();
}
