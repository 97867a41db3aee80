package io.osier.bench.rig;

/** The services of a network under test. Endpoints are the two pods on node b. */
public interface ServiceControl {
    /** Makes a network that serves none serve these, and returns when packets are treated so in all of it. */
    Load load(ServicePlan plan) throws InterruptedException;

    /** Back to no services at all; what this takes does not count. */
    void clear() throws InterruptedException;

    /**
     * Prepares to give {@link ServicePlan#SWITCHED} its one endpoint in place of the present one.
     *
     * @param toFarther the pod to send to: the second on node b, or the first
     */
    Order prepareChange(ServicePlan plan, boolean toFarther);

    /**
     * How long a load took. What is handed over has been prepared.
     *
     * @param takenInSeconds one node's forwarding, from when what it takes them from has all of them
     * @param appliedSeconds the same node's, from the command that a user gives; where there is none before it, the same
     */
    record Load(double takenInSeconds, double appliedSeconds) {}

    /** What is done when it is given; when packets follow is for the caller to see. */
    interface Order {
        void give() throws InterruptedException;
    }
}
