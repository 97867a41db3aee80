package io.osier.agent.pod;

import java.util.Map;

/**
 * The locale of whoever called {@code osier}. Where that knows ASCII alone, the script that starts Java takes another for it, or
 * words in other letters would be lost; what is run for the caller gets the caller's own.
 */
public final class CallersLocale {
    private static final String TAKEN = "LC_ALL";

    /** What it was before; empty if it was not set. */
    private static final String BEFORE = "OSIER_LC_ALL";

    private CallersLocale() {}

    /** Gives it back to a process that is about to be started with this environment. */
    public static void restore(Map<String, String> environment) {
        String before = environment.remove(BEFORE);
        if (before == null) {
            return;
        }
        if (before.isEmpty()) {
            environment.remove(TAKEN);
        } else {
            environment.put(TAKEN, before);
        }
    }
}
