package io.osier.agent.store.etcd;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Real etcd servers on loopback, each with ports and a data directory of its own; ended when closed. */
final class EtcdServers implements AutoCloseable {
    private final Path folder;
    private final @Nullable EtcdCertificates certificates;
    private final List<Integer> clientPorts = new ArrayList<>();
    private final List<Integer> peerPorts = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private List<String> login = List.of();

    private EtcdServers(Path folder, @Nullable EtcdCertificates certificates) {
        this.folder = folder;
        this.certificates = certificates;
    }

    static EtcdServers start(Path folder, int members) throws Exception {
        return start(folder, members, null);
    }

    /** @param certificates what clients have to show and are shown; null for servers that take everybody, without TLS */
    static EtcdServers start(Path folder, int members, @Nullable EtcdCertificates certificates) throws Exception {
        EtcdServers servers = new EtcdServers(folder, certificates);
        for (int i = 0; i < members; i++) {
            servers.clientPorts.add(freePort());
            servers.peerPorts.add(freePort());
        }
        try {
            for (int i = 0; i < members; i++) {
                servers.processes.add(servers.startMember(i));
            }
            servers.awaitHealthy();
        } catch (Exception | Error e) {
            servers.close();
            throw e;
        }
        return servers;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Process startMember(int member) throws IOException {
        String cluster = IntStream.range(0, clientPorts.size())
                .mapToObj(i -> "m" + i + "=http://127.0.0.1:" + peerPorts.get(i))
                .collect(Collectors.joining(","));
        String peer = "http://127.0.0.1:" + peerPorts.get(member);
        List<String> command = new ArrayList<>(List.of(
                "etcd",
                "--name",
                "m" + member,
                "--data-dir",
                folder.resolve("m" + member).toString(),
                "--listen-client-urls",
                endpoint(member),
                "--advertise-client-urls",
                endpoint(member),
                "--listen-peer-urls",
                peer,
                "--initial-advertise-peer-urls",
                peer,
                "--initial-cluster",
                cluster));
        if (certificates != null) {
            command.addAll(List.of(
                    "--client-cert-auth",
                    "--trusted-ca-file",
                    certificates.file("ca.pem"),
                    "--cert-file",
                    certificates.file("server.pem"),
                    "--key-file",
                    certificates.file("server.key")));
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("m" + member + ".log").toFile()))
                .start();
    }

    private String endpoint(int member) {
        return (certificates == null ? "http" : "https") + "://127.0.0.1:" + clientPorts.get(member);
    }

    List<String> endpoints() {
        return IntStream.range(0, clientPorts.size()).mapToObj(this::endpoint).toList();
    }

    void awaitHealthy() {
        await().atMost(Duration.ofSeconds(20)).until(() -> exitCode("endpoint", "health") == 0);
    }

    /** The member that leads, as etcd's own command sees it. */
    int leader() throws Exception {
        for (int member = 0; member < processes.size(); member++) {
            // ENDPOINT, ID, VERSION, DB SIZE, IS LEADER, ...
            if (run(endpoint(member), "endpoint", "status").matches("(?:[^,]+, ){4}true, .*")) {
                return member;
            }
        }
        throw new IllegalStateException("no leader");
    }

    /** As {@code kill -9} does it. */
    void kill(int member) throws InterruptedException {
        processes.get(member).destroyForcibly().waitFor();
    }

    void restart(int member) throws IOException {
        processes.set(member, startMember(member));
    }

    /** etcd's own command, at all members; its output. */
    String etcdctl(String... arguments) throws Exception {
        return run(String.join(",", endpoints()), arguments);
    }

    /** From now on etcd asks everybody who he is; root, whose password this is too, may do everything. */
    void enableAuthentication(String rootPassword) throws Exception {
        etcdctl("user", "add", "root:" + rootPassword);
        etcdctl("user", "grant-role", "root", "root");
        etcdctl("auth", "enable");
        login = List.of("--user", "root:" + rootPassword);
    }

    private int exitCode(String... arguments) throws Exception {
        return command(String.join(",", endpoints()), arguments).start().waitFor();
    }

    private String run(String at, String... arguments) throws Exception {
        Process process = command(at, arguments)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.PIPE)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private ProcessBuilder command(String at, String... arguments) {
        List<String> command = new ArrayList<>(List.of("etcdctl", "--endpoints", at));
        if (certificates != null) {
            command.addAll(List.of(
                    "--cacert",
                    certificates.file("ca.pem"),
                    "--cert",
                    certificates.file("client.pem"),
                    "--key",
                    certificates.file("client.key")));
        }
        command.addAll(login);
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("ETCDCTL_API", "3");
        return builder;
    }

    @Override
    public void close() {
        for (Process process : processes) {
            process.destroyForcibly();
        }
        for (Process process : processes) {
            process.onExit().join();
        }
    }
}
