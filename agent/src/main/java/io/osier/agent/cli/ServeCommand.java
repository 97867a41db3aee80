package io.osier.agent.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.osier.agent.model.Json;
import io.osier.dataplane.packet.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code osier serve}: a small server to put into pods, which says who answered and who asked. */
@Command(
        name = "serve",
        hidden = true,
        description = "A small web server for trying services out.",
        footer = {"", "Example:", "  osier create pod web-1 -l app=web -- osier serve --port 9876"})
final class ServeCommand implements Callable<Integer> {
    /** The kernel's own word, because the name of a pod resolves nowhere. */
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private static final int BACKLOG = 1024;

    // The usual help options would bring a --version of their own.
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    boolean help;

    @Option(names = "--port", paramLabel = "PORT", description = "Where it listens", defaultValue = "9876")
    int port = 9876;

    @Option(names = "--version", paramLabel = "VERSION", description = "What it says it is", defaultValue = "1.0")
    String versionLabel = "1.0";

    @Override
    public Integer call() throws IOException, InterruptedException {
        String host = Files.readString(HOST_NAME).strip();
        HttpServer server = HttpServer.create(new InetSocketAddress(port), BACKLOG);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.createContext("/", exchange -> answer(exchange, host));
        server.start();
        try {
            new CountDownLatch(1).await();
            return 0;
        } finally {
            server.stop(0);
        }
    }

    private void answer(HttpExchange exchange, String host) throws IOException {
        ObjectNode answer = Json.object();
        int status = 200;
        if (exchange.getRequestURI().getPath().equals("/info")) {
            answer.put("host", host)
                    .put("version", versionLabel)
                    .put("from", textOf(exchange.getRemoteAddress().getAddress()));
        } else {
            status = 404;
            answer.put("error", "only /info is here");
        }
        byte[] body = (Json.text(answer) + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
        exchange.close();
    }

    /** Without the scope of a link-local address, and in IPv6's canonical form (RFC 5952). */
    private static String textOf(InetAddress address) {
        return IpAddress.parse(address.getHostAddress().replaceAll("%.*", "")).toString();
    }
}
