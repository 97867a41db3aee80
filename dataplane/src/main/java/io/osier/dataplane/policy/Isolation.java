package io.osier.dataplane.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pod may receive, or send, that some NetworkPolicy isolates in that direction: what one of the rules admits and nothing
 * else.
 *
 * @param policies those that isolate it, for people: {@code default/deny-all, default/web-allow}
 * @param rules of all of them
 */
public record Isolation(String policies, List<PolicyRule> rules) {
    static final Isolation UNTIL_KNOWN = new Isolation("what is not known of the new pod yet", List.of());

    public Isolation {
        rules = List.copyOf(rules);
    }

    /**
     * The first rule that lets a flow through, or null.
     *
     * @param peerHigh the other end's address
     * @param port the receiving end's; any number where the protocol has none, -1 where the packet does not say
     */
    public @Nullable PolicyRule admitting(long peerHigh, long peerLow, int protocol, int port) {
        for (int i = 0; i < rules.size(); i++) { // no iterator to allocate
            PolicyRule rule = rules.get(i);
            if (rule.admits(peerHigh, peerLow, protocol, port)) {
                return rule;
            }
        }
        return null;
    }
}
