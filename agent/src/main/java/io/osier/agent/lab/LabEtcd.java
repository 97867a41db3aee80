package io.osier.agent.lab;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The lab's etcd: one server or three, in the namespace of the underlay and at addresses of its own there, where every node
 * reaches them. They end with the namespace.
 */
final class LabEtcd {
    private static final String PROGRAM = "etcd";

    private LabEtcd() {}

    /** Refuses to begin without the program. */
    static void checkIsInstalled() {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin");
        boolean installed = Stream.of(path.split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, PROGRAM)));
        if (!installed) {
            throw new IllegalStateException("etcd is not installed: run 'apt-get install etcd-server' first");
        }
    }

    /** The members' addresses in the underlay, from its gateway's downwards. */
    static List<String> addresses(int members) {
        return IntStream.range(0, members).mapToObj(LabEtcd::address).toList();
    }

    private static String address(int member) {
        return LabNetwork.UNDERLAY_PREFIX + (LabNetwork.GATEWAY_NUMBER - member);
    }

    /** Where the members answer. */
    static List<String> endpoints(int members) {
        return IntStream.range(0, members).mapToObj(LabEtcd::endpoint).toList();
    }

    private static String endpoint(int member) {
        return "http://" + address(member) + ":2379";
    }

    private static String peer(int member) {
        return "http://" + address(member) + ":2380";
    }

    /** Starts those members that are not running; they go on when the command line ends. */
    static void start(int members) throws IOException {
        for (int member = 0; member < members; member++) {
            if (!isRunning(member)) {
                start(member, members);
            }
        }
    }

    private static void start(int member, int members) throws IOException {
        String name = "etcd-" + (char) ('a' + member);
        Path data = LabPlan.STATE.resolve(name);
        Files.createDirectories(data);
        String cluster = IntStream.range(0, members)
                .mapToObj(other -> "etcd-" + (char) ('a' + other) + "=" + peer(other))
                .collect(Collectors.joining(","));
        Process process = new ProcessBuilder(List.of(
                        "setsid",
                        "nsenter",
                        "--net=/run/netns/" + LabPlan.UNDERLAY,
                        PROGRAM,
                        "--name=" + name,
                        "--data-dir=" + data,
                        "--listen-client-urls=" + endpoint(member),
                        "--advertise-client-urls=" + endpoint(member),
                        "--listen-peer-urls=" + peer(member),
                        "--initial-advertise-peer-urls=" + peer(member),
                        "--initial-cluster=" + cluster))
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        LabPlan.RUN.resolve(name + ".log").toFile()))
                .directory(new File("/"))
                .start();
        Files.writeString(pidFile(member), process.pid() + "\n");
    }

    private static Path pidFile(int member) {
        return LabPlan.RUN.resolve("etcd-" + (char) ('a' + member) + ".pid");
    }

    /** Where those of the members answer that are not running. */
    static List<String> missing(int members) {
        return IntStream.range(0, members)
                .filter(member -> !isRunning(member))
                .mapToObj(LabEtcd::endpoint)
                .toList();
    }

    private static boolean isRunning(int member) {
        return LabNetwork.exists(LabPlan.UNDERLAY)
                && pid(member)
                        .filter(pid ->
                                LabNetwork.pids(LabPlan.UNDERLAY).stream().anyMatch(process -> process.pid() == pid))
                        .isPresent();
    }

    private static Optional<Long> pid(int member) {
        try {
            return Optional.of(Long.parseLong(Files.readString(pidFile(member)).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }
}
