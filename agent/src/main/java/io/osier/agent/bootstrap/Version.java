package io.osier.agent.bootstrap;

/** Which Osier this is. */
public final class Version {
    private Version() {}

    /** As in the jar's manifest; {@code development} outside of a jar. */
    public static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
