package io.osier.agent.lab;

import io.osier.agent.api.client.ApiSockets;
import io.osier.agent.handover.KeptDescriptors;
import io.osier.agent.lab.LabPlan.LabNode;
import io.osier.agent.pod.CommandRunner;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Scanner;

/** The lab's agents: processes of their own, each in its node's network namespace. */
final class LabAgents {
    private static final String MAIN_CLASS = "io.osier.agent.bootstrap.Main";

    /** The first JDK that warns of native libraries without this. */
    private static final int NATIVE_ACCESS_SINCE = 24;

    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    /** What says where things are: the archive, and the native code of an installed package. */
    private static final List<String> INHERITED =
            List.of("-XX:SharedArchiveFile", "--enable-native-access", "-Djna.", "-Djava.library.path");

    /** More options for the agents' Java: to debug or profile them, or to have them start with less work. */
    private static final String MORE_OPTIONS = "OSIER_AGENT_JAVA_OPTS";

    /** An agent ends within milliseconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int HEAR_MILLIS = 5;

    private LabAgents() {}

    /** Starts an agent; it goes on when the command line ends. */
    static void start(LabNode node) throws IOException {
        Files.createDirectories(node.folder());
        Files.writeString(node.config(), node.agentYaml());
        ProcessBuilder builder = new ProcessBuilder(command(node))
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(node.log().toFile()))
                .directory(new File("/"));
        builder.environment().putAll(environment(node));
        note(node, builder.start().pid());
    }

    /**
     * Has an agent end, and starts another that goes on with its devices and the packets that wait in them.
     *
     * @throws IllegalStateException in one line, if the agent does not end
     */
    static void restart(LabNode node) throws IOException, InterruptedException {
        ProcessHandle agent = process(node)
                .orElseThrow(() -> new IllegalStateException(
                        "the agent of " + node.name() + " is not running: start it with 'osier lab up'"));
        try (KeptDescriptors kept = KeptDescriptors.listen(node.notifySocket())) {
            agent.destroy();
            long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
            while (isRunning(agent)) {
                kept.hear(HEAR_MILLIS);
                if (System.nanoTime() - deadlineNanos > 0) {
                    CommandRunner.run(
                            "kill", "-QUIT", Long.toString(agent.pid())); // Java writes down where its threads are
                    throw new IllegalStateException(
                            "the agent of " + node.name() + " does not end: see what it waits for in " + node.log());
                }
            }
            while (kept.hear(0)) { // what it said last
            }
            note(node, kept.start(command(node), environment(node), node.log()));
        }
    }

    private static void note(LabNode node, long pid) throws IOException {
        Files.writeString(node.pidFile(), pid + "\n");
    }

    private static List<String> command(LabNode node) {
        List<String> words = new ArrayList<>(List.of("setsid", "nsenter", "--net=/run/netns/" + node.name()));
        words.addAll(java());
        words.addAll(List.of("agent", "--config", node.config().toString()));
        return words;
    }

    private static Map<String, String> environment(LabNode node) {
        return Map.of("NOTIFY_SOCKET", node.notifySocket().toString());
    }

    /** Whether the node's agent answers. */
    static boolean isReady(LabNode node) {
        return ApiSockets.listens(node.socket());
    }

    /** Whether the process that was started is still there. */
    static boolean isAlive(LabNode node) {
        return process(node).isPresent();
    }

    private static Optional<ProcessHandle> process(LabNode node) {
        try {
            long pid = Long.parseLong(Files.readString(node.pidFile()).strip());
            return ProcessHandle.of(pid).filter(LabAgents::isRunning);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Java takes a process that has ended for alive until its parent, whoever that is by now, has asked how it ended. */
    private static boolean isRunning(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return false;
        }
    }

    /** The last thing that an agent said before it died. */
    static String lastWord(LabNode node) {
        try {
            List<String> lines = Files.readAllLines(node.log());
            return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
        } catch (IOException e) {
            return "its log cannot be read: " + e.getMessage();
        }
    }

    /** The present process's own Java, class path and archive, with an agent's memory. */
    private static List<String> java() {
        List<String> words = new ArrayList<>();
        words.add(ProcessHandle.current().info().command().orElse("java"));
        for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (INHERITED.stream().anyMatch(argument::startsWith)) {
                words.add(argument);
            }
        }
        if (Runtime.version().feature() >= NATIVE_ACCESS_SINCE && !words.contains(NATIVE_ACCESS)) {
            words.add(NATIVE_ACCESS);
        }
        words.addAll(List.of("-Xms16m", "-Xmx96m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=96m", "-Xshare:auto"));
        words.add("-XX:-UsePerfData"); // jstat's numbers, which wake the machine twenty times a second
        // The heap grows in smaller steps than by default, and what compiling took goes back to the machine.
        words.addAll(List.of("-XX:MinHeapFreeRatio=25", "-XX:MaxHeapFreeRatio=40"));
        words.addAll(List.of("-XX:+IgnoreUnrecognizedVMOptions", "-XX:TrimNativeHeapInterval=30000"));
        // No look for unused monitors four times a second, nor a safepoint a second that nobody has asked for.
        words.addAll(List.of(
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:AsyncDeflationInterval=10000",
                "-XX:GuaranteedSafepointInterval=60000"));
        Scanner more = new Scanner(System.getenv().getOrDefault(MORE_OPTIONS, ""));
        more.forEachRemaining(words::add);
        words.addAll(List.of("-cp", classPath(), MAIN_CLASS));
        return words;
    }

    private static String classPath() {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }
}
