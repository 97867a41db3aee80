package io.osier.bench.rig;

/** The services of a network under test. Endpoints are the two pods on node b. */
public interface ServiceControl {
    /**
     * Makes the network serve these, and returns when packets are treated so.
     *
     * @return how long it took, and nothing else: what is handed over has been prepared
     */
    double loadSeconds(ServicePlan plan) throws InterruptedException;

    /** Back to no services at all; what this takes does not count. */
    void clear() throws InterruptedException;

    /**
     * Prepares to give {@link ServicePlan#SWITCHED} its one endpoint in place of the present one.
     *
     * @param toFarther the pod to send to: the second on node b, or the first
     */
    Order prepareChange(ServicePlan plan, boolean toFarther);

    /** What is done when it is given; when packets follow is for the caller to see. */
    interface Order {
        void give() throws InterruptedException;
    }
}
