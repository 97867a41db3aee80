package io.osier.agent.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that may stand before or behind every command. */
final class GlobalOptions {
    @Option(
            names = {"-o", "--output"},
            scope = picocli.CommandLine.ScopeType.INHERIT,
            paramLabel = "FORMAT",
            description = "table, wide, json, yaml or name",
            defaultValue = "table",
            converter = OutputFormat.Converter.class)
    OutputFormat output = OutputFormat.TABLE;

    @Option(
            names = "--node",
            scope = picocli.CommandLine.ScopeType.INHERIT,
            paramLabel = "NODE",
            description = "Ask this node's agent; with 'create pod', put the pod there; with 'capture', several times")
    List<String> nodes = List.of();

    @Option(
            names = "--socket",
            scope = picocli.CommandLine.ScopeType.INHERIT,
            paramLabel = "PATH",
            description = "Ask the agent that listens here")
    @Nullable
    Path socket;

    @Option(
            names = {"-n", "--namespace"},
            scope = picocli.CommandLine.ScopeType.INHERIT,
            paramLabel = "NAMESPACE",
            description = "Kubernetes namespace of pods and services",
            defaultValue = "default")
    String namespace = "default";

    /** The node that was named, or null if none was. */
    @Nullable
    String node() {
        if (nodes.size() > 1) {
            throw CliException.usage("--node: only one can be named here: " + String.join(", ", nodes));
        }
        return nodes.isEmpty() ? null : nodes.get(0);
    }
}
