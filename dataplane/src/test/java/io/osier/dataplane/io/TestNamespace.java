package io.osier.dataplane.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace for one test, with {@code lo} up and without IPv6 on other interfaces, so that nothing but the test
 * sends packets there. It ends with the test, whatever came of it.
 */
public final class TestNamespace implements AutoCloseable {
    private static final AtomicInteger SERIAL = new AtomicInteger();

    private final String name;

    public TestNamespace() throws IOException {
        name = "osier-test-" + ProcessHandle.current().pid() + "-" + SERIAL.incrementAndGet();
        run("ip", "netns", "add", name);
        try {
            ip("link", "set", "lo", "up");
            namespace().call(() -> Files.writeString(Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6"), "1"));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    public String name() {
        return name;
    }

    public NetworkNamespace namespace() {
        return NetworkNamespace.named(name);
    }

    /** Runs {@code ip} inside and returns what it says. */
    public String ip(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    /** Runs a command inside and returns what it says; an exit code other than 0 is an error. */
    public String exec(String... command) throws IOException {
        List<String> inside = new ArrayList<>(List.of("ip", "netns", "exec", name));
        inside.addAll(List.of(command));
        return run(inside.toArray(String[]::new));
    }

    /** The namespace is gone after this; once more does no harm. */
    @Override
    public void close() throws IOException {
        if (Files.exists(NetworkNamespace.NAMED.resolve(name))) {
            run("ip", "netns", "delete", name);
        }
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output);
            }
            return output;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
