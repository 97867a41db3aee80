package io.osier.dataplane.service;

import java.util.Locale;

/** Chains and rules in the columns of {@code iptables -nL} and {@code ip6tables -nL}. */
final class RuleText {
    static final String FROM_LOCAL = "ADDRTYPE match src-type LOCAL";
    static final String TO_LOCAL = "ADDRTYPE match dst-type LOCAL";

    private final boolean verbose;
    private final StringBuilder text = new StringBuilder();

    /** @param verbose with packet and byte counters and the interface columns, as {@code iptables -v} */
    RuleText(boolean verbose) {
        this.verbose = verbose;
    }

    /** Begins a chain; a blank line stands before each but the first. */
    void chain(String name, int references) {
        if (text.length() > 0) {
            text.append('\n');
        }
        text.append("Chain ").append(name).append(" (").append(references).append(" references)\n");
        text.append(
                verbose
                        ? " pkts bytes target     prot opt in     out     source               destination         \n"
                        : "target     prot opt source               destination         \n");
    }

    /** Begins a rule. A source or destination that begins with {@code !} is any but this one. */
    void rule(String target, String protocol, String source, String destination, long packets, long bytes) {
        if (verbose) {
            text.append(count(packets)).append(count(bytes));
        }
        text.append(String.format(Locale.ROOT, "%-9s %c%-5s%s ", target, ' ', protocol, "--"));
        if (verbose) {
            text.append(String.format(Locale.ROOT, "%c%-6s %-6s ", ' ', "*", "*"));
        }
        text.append(String.format(Locale.ROOT, "%-20s %-20s ", signed(source), signed(destination)));
    }

    private static String signed(String address) {
        return address.startsWith("!") ? address : " " + address;
    }

    /** Ends the rule; each match comes with a space of its own before it, which the first one shows. */
    void match(String... matches) {
        if (matches.length > 0) {
            text.append(' ').append(String.join(" ", matches));
        }
        text.append('\n');
    }

    /** Five columns, in thousands or more where it would not fit (as {@code iptables} without {@code -x}). */
    private static String count(long value) {
        long shown = value;
        int unit = 0;
        while (shown > (unit == 0 ? 99_999 : 9_999) && unit < 4) {
            shown = (shown + 500) / 1000;
            unit++;
        }
        return unit == 0
                ? String.format(Locale.ROOT, "%5d ", shown)
                : String.format(Locale.ROOT, "%4d%c ", shown, "KMGT".charAt(unit - 1));
    }

    static String comment(VirtualService service, String what) {
        return "/* " + service.name() + what + " */";
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
