package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.capture.AgentCaptureSource;
import io.osier.agent.capture.CaptureException;
import io.osier.agent.capture.CaptureFilter;
import io.osier.agent.capture.CaptureMerger;
import io.osier.agent.capture.CaptureNames;
import io.osier.agent.capture.CaptureRequest;
import io.osier.agent.capture.CaptureSink;
import io.osier.agent.capture.CaptureSource;
import io.osier.agent.capture.LiveNames;
import io.osier.agent.capture.PcapngSink;
import io.osier.agent.capture.TextSink;
import io.osier.dataplane.observe.CaptureSelection;
import io.osier.dataplane.observe.CaptureStage;
import io.osier.dataplane.observe.PcapngWriter;
import io.osier.dataplane.packet.IpAddress;
import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code osier capture}. */
@Command(
        name = "capture",
        description = {
            "Shows packets where they enter and leave the network, and what was decided about them.",
            "Without -w prints one line for each sight of a packet; with -w writes pcapng for Wireshark."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Stages: tap-in, tap-out (a pod sends, gets), host-in, host-out (the node's own kernel),",
            "        vxlan-in, vxlan-out (other nodes), drop",
            "",
            "Examples:",
            "  osier capture --pod web-1",
            "  osier capture --stage drop",
            "  osier capture --filter 'tcp port 80' -c 20 -w web.pcapng",
            "  osier capture -w - | wireshark -k -i -"
        })
final class CaptureCommand extends ApiCommand {
    private static final String STDOUT = "-";
    private static final int BUFFER_BYTES = 64 << 10;
    private static final double NANOS_PER_SECOND = 1e9;

    @Option(
            names = "--pod",
            paramLabel = "POD",
            description = "Packets of this pod; pod/NAME, too; may be given several times")
    List<String> pods = List.of();

    @Option(names = "--stage", paramLabel = "STAGE", description = "Look only here; may be given several times")
    List<String> stages = List.of();

    @Option(
            names = "--filter",
            paramLabel = "BPF",
            converter = Words.AsTheyAre.class,
            description =
                    "Packets of which this is true at one of their stages; as tcpdump has it, of the pod's packet")
    @Nullable
    String filter;

    @Option(
            names = {"-c", "--count"},
            paramLabel = "COUNT",
            description = "End after this many")
    long count = Long.MAX_VALUE;

    @Option(names = "--duration", paramLabel = "SECONDS", description = "End after this time")
    @Nullable
    Double durationSeconds;

    @Option(
            names = {"-s", "--snaplen"},
            paramLabel = "BYTES",
            description = "Keep this much of each packet")
    int snapLengthBytes = CaptureSelection.WHOLE_PACKETS;

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description = "Write pcapng to this file, or with - to the standard output")
    @Nullable
    String file;

    /** Whether there is no place for notices but between the packets. */
    private boolean silent;

    /** Whether packets are missing of nodes that did not answer, or not to the end. */
    private boolean incomplete;

    private final Set<String> named = new LinkedHashSet<>();
    private final Set<CaptureStage> looked = EnumSet.noneOf(CaptureStage.class);

    /** Whatever is wrong with the words is found here, and not by a node in the middle of it all. */
    @Override
    void prepare() {
        if (count < 1) {
            throw CliException.usage("capture: --count must be 1 or more: " + count);
        }
        if (durationSeconds != null && !(durationSeconds > 0)) {
            throw CliException.usage("capture: --duration must be more than 0: " + durationSeconds);
        }
        if (snapLengthBytes < 1 || snapLengthBytes > CaptureSelection.WHOLE_PACKETS) {
            throw CliException.usage(
                    "capture: --snaplen must be 1 to " + CaptureSelection.WHOLE_PACKETS + ": " + snapLengthBytes);
        }
        try {
            stages.forEach(label -> looked.add(CaptureStage.of(label)));
        } catch (IllegalArgumentException e) {
            throw CliException.usage("capture: --stage " + e.getMessage());
        }
        checkFilter();
        pods.forEach(pod -> named.add(named(pod)));
    }

    /** Who writes {@code other/web-1} means a pod of another namespace. */
    private static String named(String word) {
        int slash = word.indexOf('/');
        if (slash > 0 && Kinds.of(word.substring(0, slash)).isEmpty()) {
            throw CliException.usage("capture: --pod " + word + ": for a pod of the namespace "
                    + word.substring(0, slash) + " write -n " + word.substring(0, slash) + " --pod "
                    + word.substring(slash + 1));
        }
        return podNamed("capture", word);
    }

    /** The nodes that are captured on; any agent passes the question on. */
    @Override
    boolean nodeIsAsked() {
        return false;
    }

    @Override
    int run(ApiClient agent) throws InterruptedException {
        CaptureRequest request = new CaptureRequest(podNames(agent), looked, filter, snapLengthBytes);
        List<CaptureSource> sources = sources(agent);
        BinaryTerminal terminal = STDOUT.equals(file) && BinaryTerminal.isStdout() ? BinaryTerminal.begin() : null;
        silent = terminal != null && BinaryTerminal.isStderrToo();
        CaptureMerger merger = new CaptureMerger(sources, new Notices());
        try (CaptureEnd end = new CaptureEnd(merger::stop, terminal == null ? () -> {} : terminal::close);
                terminal;
                CaptureSink sink = open(agent)) {
            CaptureMerger.Result result = merger.run(request, sink, count, duration());
            sink.finish();
            say(result.packets()
                    + (result.packets() == 1 ? " packet captured" : " packets captured")
                    + (result.lost() == 0 ? "" : ", " + result.lost() + " lost: the capture could not keep up"));
            if (!incomplete) {
                end.succeed();
            }
            return incomplete ? 1 : 0;
        } catch (CaptureException e) {
            throw failure(e);
        } catch (IOException e) {
            throw CliException.failed("capture: cannot write " + file + ": " + reason(e));
        }
    }

    /** What the pods that are named are called all over the cluster. */
    private Set<String> podNames(ApiClient agent) {
        Set<String> names = new HashSet<>();
        for (String pod : named) {
            agent.get(path(Kinds.PODS, pod));
            names.add(options().namespace.equals("default") ? pod : pod + "." + options().namespace);
        }
        return names;
    }

    private void checkFilter() {
        if (filter == null) {
            return;
        }
        try {
            CaptureFilter.compile(filter).close();
        } catch (CaptureException e) {
            // Without libpcap here the nodes may have it all the same, and say so if they have not.
            if (e.isWrongUsage()) {
                throw failure(e);
            }
        }
    }

    /** The nodes that were named, each of which must have an agent, or all that have one. */
    private List<CaptureSource> sources(ApiClient agent) {
        Set<String> asked = new LinkedHashSet<>(options().nodes);
        for (String name : asked) {
            if (isForeign(agent.get(path(Kinds.NODES, name)))) {
                throw CliException.failed("capture: node " + name + " is a foreign one: no agent runs there");
            }
        }
        List<String> nodes = !asked.isEmpty()
                ? List.copyOf(asked)
                : agent.get("/api/v1/nodes")
                        .path("items")
                        .valueStream()
                        .filter(node -> !isForeign(node))
                        .map(node -> node.path("metadata").path("name").asString(""))
                        .toList();
        return nodes.stream()
                .<CaptureSource>map(node -> new AgentCaptureSource(agent, node))
                .toList();
    }

    private static boolean isForeign(JsonNode node) {
        return node.path("spec").path("foreign").asBoolean(false);
    }

    private @Nullable Duration duration() {
        return durationSeconds == null ? null : Duration.ofNanos((long) (durationSeconds * NANOS_PER_SECOND));
    }

    private CaptureSink open(ApiClient agent) throws IOException {
        if (file == null) {
            return new TextSink(
                    new BufferedWriter(new OutputStreamWriter(stdout(), StandardCharsets.UTF_8)),
                    ZoneId.systemDefault(),
                    Ansi.AUTO.enabled());
        }
        OutputStream out = STDOUT.equals(file) ? stdout() : Files.newOutputStream(Path.of(file));
        String version = spec.root().version()[0].replaceFirst("^osier ", "Osier ");
        String os = System.getProperty("os.name") + " " + System.getProperty("os.version");
        PcapngWriter writer = new PcapngWriter(
                new BufferedOutputStream(out, BUFFER_BYTES),
                new PcapngWriter.Description(System.getProperty("os.arch"), os, version, snapLengthBytes, filter));
        return new PcapngSink(writer, new LiveNames(() -> names(agent)));
    }

    private static Map<IpAddress, List<String>> names(ApiClient agent) {
        return new CaptureNames()
                .addPods(agent.get("/api/v1/pods?allNamespaces=true"))
                .addServices(agent.get("/api/v1/services?allNamespaces=true"))
                .addNodes(agent.get("/api/v1/nodes"))
                .byAddress();
    }

    private void say(String notice) {
        if (silent) {
            return;
        }
        spec.commandLine().getErr().println(notice);
        spec.commandLine().getErr().flush();
    }

    private static CliException failure(CaptureException e) {
        return e.isWrongUsage()
                ? CliException.usage("capture: " + e.getMessage())
                : CliException.failed("capture: " + e.getMessage());
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such directory";
        }
        return e instanceof AccessDeniedException ? "permission denied" : String.valueOf(e.getMessage());
    }

    /** On the standard error, so that the standard output holds packets only. */
    private final class Notices implements CaptureMerger.Listener {
        @Override
        public void ready(List<String> nodes) {
            say("capturing on " + String.join(", ", nodes) + "; end with Ctrl-C");
        }

        @Override
        public void failed(String node, String why) {
            incomplete = true;
            say("osier: capture: " + node + ": " + why);
        }
    }
}
