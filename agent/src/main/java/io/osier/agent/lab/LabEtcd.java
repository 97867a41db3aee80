package io.osier.agent.lab;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The lab's etcd: one server, in the namespace of the underlay and at its gateway's address, where every node reaches it. It
 * ends with the namespace.
 */
final class LabEtcd {
    static final String ENDPOINT = "http://" + LabNetwork.GATEWAY + ":2379";

    private static final String PROGRAM = "etcd";
    private static final Path LOG = LabPlan.RUN.resolve("etcd.log");
    private static final Path DATA = LabPlan.STATE.resolve("etcd");

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

    /** Starts the server if it is not running; it goes on when the command line ends. */
    static void start() throws IOException {
        if (isRunning()) {
            return;
        }
        Files.createDirectories(DATA);
        new ProcessBuilder(List.of(
                        "setsid",
                        "nsenter",
                        "--net=/run/netns/" + LabPlan.UNDERLAY,
                        PROGRAM,
                        "--data-dir=" + DATA,
                        "--listen-client-urls=" + ENDPOINT,
                        "--advertise-client-urls=" + ENDPOINT,
                        "--listen-peer-urls=http://127.0.0.1:2380"))
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(LOG.toFile()))
                .directory(new File("/"))
                .start();
    }

    /** Whether there is a server; it is the only process that runs in the underlay's namespace. */
    static boolean isRunning() {
        return LabNetwork.exists(LabPlan.UNDERLAY)
                && !LabNetwork.pids(LabPlan.UNDERLAY).isEmpty();
    }
}
