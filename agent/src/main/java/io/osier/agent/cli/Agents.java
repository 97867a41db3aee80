package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds an agent to ask: the one that is named, the machine's own, or the lab's. */
final class Agents {
    static final Path OWN_SOCKET = Path.of("/run/osier/api.sock");
    static final Path LAB = Path.of("/run/osier/lab");

    private Agents() {}

    /**
     * A client of an agent that listens.
     *
     * @throws CliException if none does
     */
    static ApiClient find(GlobalOptions options) {
        Path named = options.socket;
        if (named != null) {
            if (!listens(named)) {
                throw CliException.failed("connect: no agent listens at " + named);
            }
            return new ApiClient(named);
        }
        return candidates(options).stream()
                .filter(Agents::listens)
                .findFirst()
                .map(ApiClient::new)
                .orElseThrow(
                        () -> CliException.failed("connect: no agent is running here: start one with 'osier agent',"
                                + " or a lab with 'osier lab up'"));
    }

    private static List<Path> candidates(GlobalOptions options) {
        Stream<Path> own = Stream.of(OWN_SOCKET);
        if (!Files.isDirectory(LAB)) {
            return own.toList();
        }
        try (Stream<Path> nodes = Files.list(LAB)) {
            List<Path> lab = nodes.sorted()
                    .sorted((a, b) -> Boolean.compare(isNamed(b, options), isNamed(a, options)))
                    .map(node -> node.resolve("api.sock"))
                    .toList();
            return Stream.concat(own, lab.stream()).toList();
        } catch (IOException e) {
            throw CliException.failed("connect: " + LAB + ": " + e.getMessage() + ": run this as root");
        }
    }

    private static boolean isNamed(Path node, GlobalOptions options) {
        return options.nodes.contains(node.getFileName().toString());
    }

    /** @throws CliException if an agent may listen there whom this user cannot ask */
    static void checkMayAsk(Path socket) {
        listens(socket);
    }

    static boolean listens(Path socket) {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(socket));
        } catch (java.nio.file.AccessDeniedException | java.net.SocketException e) {
            if (String.valueOf(e.getMessage()).contains("Permission denied")) {
                throw CliException.failed("connect: " + socket + ": permission denied: run this with sudo");
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }
}
