package io.osier.agent.pod;

/** Who starts pods' commands for this agent. */
final class PodLaunchers {
    private static final String VARIABLE = "OSIER_PODS";

    private PodLaunchers() {}

    /** systemd, if the agent's unit says so; the agent itself otherwise. */
    static Launcher present() {
        return "units".equals(System.getenv(VARIABLE)) ? new UnitLauncher() : new ChildLauncher();
    }
}
