package io.osier.dataplane.io;

/**
 * Somebody who keeps descriptors while one process ends and the next begins: a service manager, as a rule. What is kept goes
 * on queueing packets that nobody reads for the moment, so that none is lost.
 */
public interface DescriptorStore {
    /** What {@link #take} answers if there is nothing of that name. */
    int NONE = -1;

    /** Nobody is there: nothing was left, and nothing can be. */
    DescriptorStore ABSENT = new DescriptorStore() {
        @Override
        public int take(String name) {
            return NONE;
        }

        @Override
        public void keep(String name, int descriptor) {}
    };

    /**
     * Gets back what was left under this name, once; the caller owns the descriptor.
     *
     * @return {@link #NONE} if there is nothing
     */
    int take(String name);

    /** Has a copy of the descriptor kept for the next process; the caller closes its own. */
    void keep(String name, int descriptor);
}
