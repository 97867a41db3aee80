package io.osier.dataplane.observe;

import org.jspecify.annotations.Nullable;

/**
 * What was decided about the packet in hand, in numbers: filled by the forwarding line at no cost worth naming, put into
 * words only when somebody looks. Reused for every packet; owned by the worker's thread.
 */
public final class PacketTrace {
    /** What happened to the packet's addresses. */
    public enum Rewrite {
        /** Nothing. */
        NONE,
        /** From client to service: the destination became a backend. */
        DNAT,
        /** From backend to client: the source became the service again. */
        UNDNAT,
        /** From client straight to a backend: the source port became another, since a service's flow has the client's. */
        SNAT,
        /** From backend straight to client: the destination port became the client's again. */
        UNSNAT,
        /** An ICMP error about a translated flow, towards the client. */
        ICMP_TO_CLIENT,
        /** An ICMP error about a translated flow, towards the backend. */
        ICMP_TO_BACKEND
    }

    /** By what a backend was chosen among the others. */
    public enum Choice {
        /** Each had the same chance. */
        CHANCE,
        /** Each had the chance that its weight gives it. */
        WEIGHT,
        /** The flow's addresses and ports. */
        MAGLEV,
        /** It had the fewest flows. */
        LEAST_CONNECTIONS,
        /** The client had it before ({@code sessionAffinity}). */
        AFFINITY;

        private static final Choice[] VALUES = values();

        /** The choice of this ordinal, which a flow keeps; chance if there is none. */
        static Choice of(int ordinal) {
            return ordinal >= 0 && ordinal < VALUES.length ? VALUES[ordinal] : CHANCE;
        }
    }

    private Rewrite rewrite = Rewrite.NONE;
    private boolean masqueraded;
    private boolean replied;
    private boolean fragmented;
    private int backendIndex;
    private int backendCount;
    private int choice;
    private long serviceHigh;
    private long serviceLow;
    private int servicePort;
    private long backendHigh;
    private long backendLow;
    private int backendPort;
    private @Nullable String egressPolicies;
    private @Nullable String egressRule;
    private @Nullable String ingressPolicies;
    private @Nullable String ingressRule;

    /** Forgets the last packet. */
    public void clear() {
        rewrite = Rewrite.NONE;
        masqueraded = false;
        replied = false;
        fragmented = false;
        egressPolicies = null;
        ingressPolicies = null;
    }

    /** The packet met a service flow; ports are 0 where the packet has none. */
    public void rewritten(
            Rewrite rewrite,
            long serviceHigh,
            long serviceLow,
            int servicePort,
            long backendHigh,
            long backendLow,
            int backendPort) {
        this.rewrite = rewrite;
        this.serviceHigh = serviceHigh;
        this.serviceLow = serviceLow;
        this.servicePort = servicePort;
        this.backendHigh = backendHigh;
        this.backendLow = backendLow;
        this.backendPort = backendPort;
    }

    /** Which rule of the chain picked the backend (from 0), how many there were, and the ordinal of the {@link Choice}. */
    public void picked(int backendIndex, int backendCount, int choice, boolean masqueraded) {
        this.choice = choice;
        this.backendIndex = backendIndex;
        this.backendCount = backendCount;
        this.masqueraded = masqueraded;
    }

    /** The packet was turned into its own answer (ARP, neighbour discovery, an ICMP error). */
    public void replied() {
        replied = true;
    }

    /**
     * The packet's flow was judged by NetworkPolicies.
     *
     * @param ingress whether by those of the receiving pod; otherwise by the sending one's
     * @param policies those that isolate the pod
     * @param rule which let it through; null if none did
     */
    public void judged(boolean ingress, String policies, @Nullable String rule) {
        if (ingress) {
            ingressPolicies = policies;
            ingressRule = rule;
        } else {
            egressPolicies = policies;
            egressRule = rule;
        }
    }

    /** By which policies the sending or the receiving pod was found isolated; null if it is not, or was not asked for. */
    public @Nullable String policies(boolean ingress) {
        return ingress ? ingressPolicies : egressPolicies;
    }

    /** Which of their rules let the flow through; null if none did. */
    public @Nullable String rule(boolean ingress) {
        return ingress ? ingressRule : egressRule;
    }

    /** The packet goes out in fragments, which are frames of their own. */
    public void fragmented() {
        fragmented = true;
    }

    public boolean isFragmented() {
        return fragmented;
    }

    public Rewrite rewrite() {
        return rewrite;
    }

    public boolean isMasqueraded() {
        return masqueraded;
    }

    public boolean isReplied() {
        return replied;
    }

    public int backendIndex() {
        return backendIndex;
    }

    public int backendCount() {
        return backendCount;
    }

    public Choice choice() {
        return Choice.of(choice);
    }

    public long serviceHigh() {
        return serviceHigh;
    }

    public long serviceLow() {
        return serviceLow;
    }

    public int servicePort() {
        return servicePort;
    }

    public long backendHigh() {
        return backendHigh;
    }

    public long backendLow() {
        return backendLow;
    }

    public int backendPort() {
        return backendPort;
    }
}
