package io.osier.bench.traffic;

import java.time.Duration;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Makes traffic from one pod to another and says what came of it. */
public final class Traffic {
    /** iperf3 with several streams says some things twice. */
    private static final JsonMapper LENIENT = new JsonMapper();

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int SERVER_THREADS = 8;
    private static final int SKIP_MILLIS = 300;
    private static final int IPERF_PORT = 5201;

    private final Shell shell;
    private final String program;

    /** Uses {@code program}, which is {@code traffic.c} compiled. */
    public Traffic(Shell shell, String program) {
        this.shell = shell;
        this.program = program;
    }

    /** Starts what answers in a pod: datagrams with themselves, connections with the last byte of its address. */
    public List<Shell.Server> answerIn(Station pod) {
        String id = pod.address().substring(pod.address().lastIndexOf('.') + 1);
        return List.of(
                shell.serve(pod.namespace(), List.of(program, "echo", text(Ports.ECHO))),
                shell.serve(pod.namespace(), List.of(program, "serve", text(Ports.TCP), text(SERVER_THREADS), id)));
    }

    /** Lets a pod that makes many connections use all ports for them. */
    public void widenPorts(Station pod) throws InterruptedException {
        shell.run(
                "nsenter",
                "--net=/run/netns/" + pod.namespace(),
                "sysctl",
                "-qw",
                "net.ipv4.ip_local_port_range=10000 65535");
    }

    /**
     * What TCP streams carried.
     *
     * @param bitsPerSecond that the receiver got
     * @param bytes that it got
     */
    public record Streams(double bitsPerSecond, double bytes) {}

    public Streams tcp(Station from, Station to, int streams, int seconds) throws InterruptedException {
        try (Shell.Server server = shell.serve(
                to.namespace(),
                List.of("iperf3", "--server", "--one-off", "--forceflush", "--port", text(IPERF_PORT)))) {
            server.awaitLine(); // the second line says that it listens
            JsonNode end = json(
                            from,
                            "iperf3",
                            "--client",
                            to.address(),
                            "--port",
                            text(IPERF_PORT),
                            "--time",
                            text(seconds),
                            "--parallel",
                            text(streams),
                            "--json",
                            "--connect-timeout",
                            "3000")
                    .path("end")
                    .path("sum_received");
            return new Streams(
                    end.path("bits_per_second").asDouble(), end.path("bytes").asDouble());
        }
    }

    /**
     * Datagrams that arrived in a second, when they are sent as fast as the sender may.
     *
     * @param flows how many source ports take turns
     * @param sizesBytes payloads that take turns
     */
    public double datagramsPerSecond(Station from, Station to, int flows, List<Integer> sizesBytes, int millis)
            throws InterruptedException {
        List<String> sizes = sizesBytes.stream().map(String::valueOf).toList();
        try (Shell.Server sink = shell.serve(
                to.namespace(), List.of(program, "sink", text(Ports.SINK), text(SKIP_MILLIS), text(millis)))) {
            json(
                    from,
                    program,
                    "flood",
                    to.address(),
                    text(Ports.SINK),
                    text(SKIP_MILLIS + millis + 100),
                    text(flows),
                    String.join(",", sizes));
            JsonNode counted = parse("traffic sink", sink.awaitLine());
            return counted.path("packets").asDouble()
                    * 1000
                    / counted.path("millis").asDouble();
        }
    }

    /** Times of round trips, or of connecting, in nanoseconds. */
    public record Latency(double p50Nanos, double p99Nanos) {}

    public Latency roundTrips(Station from, Station to, int count, int gapMicros) throws InterruptedException {
        JsonNode answer = json(from, program, "rtt", to.address(), text(Ports.ECHO), text(count), text(gapMicros));
        if (answer.path("count").asInt() < count * 9 / 10) {
            throw new Shell.Failure(
                    "round trips: only " + answer.path("count").asInt() + " of " + count + " came back");
        }
        return new Latency(
                answer.path("rttP50Nanos").asDouble(),
                answer.path("rttP99Nanos").asDouble());
    }

    /**
     * What connecting, asking and closing came to.
     *
     * @param perSecond connections
     * @param connecting from SYN to SYN-ACK
     */
    public record Connections(double perSecond, Latency connecting) {}

    /** Connects from so many threads, each making one connection after another. */
    public Connections connections(Station from, List<String> addresses, int port, int millis, int threads)
            throws InterruptedException {
        JsonNode answer =
                json(from, program, "connect", String.join(",", addresses), text(port), text(millis), text(threads));
        double done = answer.path("connections").asDouble();
        double failed = answer.path("failed").asDouble();
        if (done == 0 || failed > done / 100) {
            throw new Shell.Failure("connections: %.0f were made, %.0f failed".formatted(done, failed));
        }
        return new Connections(
                done / answer.path("seconds").asDouble(),
                new Latency(
                        answer.path("connectP50Nanos").asDouble(),
                        answer.path("connectP99Nanos").asDouble()));
    }

    /** Starts asking a service who answers, in a new connection about every half millisecond. */
    public Switches watchSwitches(Station from, String address, int port) {
        return new Switches(shell.serve(from.namespace(), List.of(program, "switch", address, text(port), "300")));
    }

    /** Who answers a service; it is told of whenever it is somebody else. */
    public static final class Switches implements AutoCloseable {
        private final Shell.Server server;

        private Switches(Shell.Server server) {
            this.server = server;
        }

        /**
         * Waits until this pod answers.
         *
         * @return when it was seen to, as {@link System#nanoTime} tells it, which on Linux is the monotonic clock that
         *     the program looks at, too
         */
        public long awaitNanos(Station pod) {
            while (true) {
                JsonNode seen = parse("traffic switch", server.awaitLine());
                if (pod.address().endsWith("." + seen.path("id").asInt())) {
                    return seen.path("nanos").asLong();
                }
            }
        }

        @Override
        public void close() {
            server.close();
        }
    }

    private JsonNode json(Station from, String... words) throws InterruptedException {
        return parse(words[0], shell.run(from.namespace(), "", PATIENCE, List.of(words)));
    }

    private static JsonNode parse(String program, String answer) {
        try {
            return LENIENT.readTree(answer);
        } catch (JacksonException e) {
            throw new Shell.Failure(program + ": what it said is not JSON: " + e.getOriginalMessage());
        }
    }

    private static String text(int number) {
        return String.valueOf(number);
    }
}
