package io.osier.agent.scenario;

import java.util.Set;

/**
 * A question that the kernel and Osier answer differently.
 *
 * @param kernel what became of the packets under kube-proxy's rules
 */
record Disagreement(long seed, Question question, Set<String> kernel, Set<String> osier) {
    boolean isKernel(String only) {
        return kernel.equals(Set.of(only));
    }

    boolean isOsier(String only) {
        return osier.equals(Set.of(only));
    }

    @Override
    public String toString() {
        return "-Dosier.simulation.seed=" + seed + ": " + question + "\n    kube-proxy " + kernel + "\n    osier      "
                + osier + "\n    " + question.service();
    }
}
