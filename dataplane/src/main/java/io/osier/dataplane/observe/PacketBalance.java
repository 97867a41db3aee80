package io.osier.dataplane.observe;

/**
 * Where all packets of a node are: {@code in = out + dropped + held}, where in counts what was received, what was made
 * here, and every copy beyond the first.
 */
public record PacketBalance(
        long received, long originated, long replicated, long transmitted, long dropped, long held) {
    public long in() {
        return received + originated + replicated;
    }

    public boolean holds() {
        return in() == transmitted + dropped + held;
    }
}
