package io.osier.agent.cli;

import io.osier.dataplane.conntrack.ConnectionState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which flows of the connection table are meant. */
final class FlowOptions {
    @Option(names = "--pod", paramLabel = "POD|IP", description = "Flows only: from this pod, or to it")
    @Nullable
    String pod;

    @Option(
            names = "--service",
            paramLabel = "NAME[:PORTNAME]|IP[:PORT]",
            description = "Flows only: of this service, or to this address of one")
    @Nullable
    String service;

    @Option(names = "--backend", paramLabel = "POD|IP[:PORT]", description = "Flows only: that were given this backend")
    @Nullable
    String backend;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "Flows only: in this state: ${COMPLETION-CANDIDATES}")
    @Nullable
    ConnectionState state;

    /** What is asked for, as the agent's parameters; each begins with an ampersand. */
    String query() {
        return given().entrySet().stream()
                .map(entry -> "&" + entry.getKey() + "=" + ApiCommand.encode(entry.getValue()))
                .collect(Collectors.joining());
    }

    boolean isEmpty() {
        return given().isEmpty();
    }

    /** @throws CliException if any is given */
    void refuse(String command, Kinds kind) {
        given().keySet().stream().findFirst().ifPresent(name -> {
            throw CliException.usage(command + ": --" + name + " is for flows, not for " + kind.plural());
        });
    }

    /** @throws CliException if any is given */
    void refuseManifests(String command) {
        given().keySet().stream().findFirst().ifPresent(name -> {
            throw CliException.usage(command + ": --" + name + " is for flows, not for what -f names");
        });
    }

    private Map<String, String> given() {
        Map<String, String> given = new LinkedHashMap<>();
        put(given, "pod", pod);
        put(given, "service", service);
        put(given, "backend", backend);
        put(given, "state", state == null ? null : state.name());
        return given;
    }

    private static void put(Map<String, String> given, String name, @Nullable String value) {
        if (value != null) {
            given.put(name, value);
        }
    }
}
