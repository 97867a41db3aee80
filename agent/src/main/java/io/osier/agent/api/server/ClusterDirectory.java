package io.osier.agent.api.server;

import io.netty.handler.codec.http.HttpMethod;
import io.osier.agent.api.client.ApiAnswer;
import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.client.ApiEndpoint;
import io.osier.agent.api.client.ApiException;
import io.osier.agent.ipam.SignsOfLife;
import io.osier.agent.model.Node;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.StateStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The nodes' agents: which there are, whether they answer, and the way to ask them. */
public final class ClusterDirectory implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(10);

    private static final int PROBES = 16;
    private static final long REMEMBER_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final String self;
    private final ObjectStore objects;
    private final SignsOfLife signs;
    private final String bootId;
    private final String token;
    private final Map<ApiEndpoint, ApiClient> clients = new ConcurrentHashMap<>();
    private final Map<ApiEndpoint, Long> silent = new ConcurrentHashMap<>();
    private final ExecutorService probes = Executors.newFixedThreadPool(PROBES, task -> {
        Thread thread = new Thread(task, "osier-probe");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param self this node
     * @param bootId of this machine's kernel
     * @param token what the agents of other machines want to see
     */
    public ClusterDirectory(String self, StateStore store, String bootId, String token) {
        this(self, store, bootId, token, new SignsOfLife(store));
    }

    ClusterDirectory(String self, StateStore store, String bootId, String token, SignsOfLife signs) {
        this.self = self;
        this.objects = new ObjectStore(store);
        this.signs = signs;
        this.bootId = bootId;
        this.token = token;
    }

    String self() {
        return self;
    }

    /** All nodes, each with whether its agent answers; a foreign node has none and counts as ready. */
    List<Node> nodes() {
        // All at once: each that is gone takes a second to find out.
        List<CompletableFuture<Node>> nodes = objects.list(Keys.NODES, Node.class).stream()
                .map(node -> CompletableFuture.supplyAsync(() -> withReady(node), probes))
                .toList();
        return nodes.stream().map(CompletableFuture::join).toList();
    }

    Node withReady(Node node) {
        return node.withStatus(node.status().withReady(isReady(node)));
    }

    /** Why a node that {@link #withReady} has found out about is not; empty if it is. */
    String whyNotReady(Node node) {
        return Boolean.FALSE.equals(node.status().ready())
                ? "no agent answers at "
                        + endpointOf(node.status()).map(ApiEndpoint::toString).orElse("any address")
                : "";
    }

    /**
     * Whether a node's agent is there, be it that it does not answer: if it is on another machine, it still gives signs of life
     * in the store. Takes up to 22 seconds for one that does not.
     */
    public boolean isAlive(Node node) {
        boolean here = bootId.equals(node.status().bootId());
        return isReady(node) || (!here && signs.isSeen(node.metadata().name()));
    }

    /** The nodes whose agents can be asked, this one included. */
    List<String> agents() {
        return objects.list(Keys.NODES, Node.class).stream()
                .filter(node -> !node.spec().foreign())
                .map(node -> node.metadata().name())
                .toList();
    }

    boolean isReady(Node node) {
        return node.spec().foreign()
                || node.metadata().name().equals(self)
                || endpointOf(node.status()).map(this::listens).orElse(false);
    }

    /** What took its time to find out is remembered for a while: a lost machine would cost each of many pods a second. */
    private boolean listens(ApiEndpoint endpoint) {
        long beginNanos = System.nanoTime();
        Long silentNanos = silent.get(endpoint);
        if (silentNanos != null && beginNanos - silentNanos < REMEMBER_NANOS) {
            return false;
        }
        boolean listens = endpoint.listens();
        long nowNanos = System.nanoTime();
        if (!listens && nowNanos - beginNanos > SLOW_NANOS) {
            silent.put(endpoint, nowNanos);
        } else {
            silent.remove(endpoint);
        }
        return listens;
    }

    /** Whether this node exists and its agent answers. */
    boolean isReady(String name) {
        return objects.get(Keys.node(name), Node.class).map(this::isReady).orElse(false);
    }

    /** Passes a question on to a node's agent and gives back its answer. */
    ApiAnswer ask(String node, String uri) {
        return ask(node, HttpMethod.GET, uri, DEADLINE);
    }

    /** The same with another method, or for an answer that must not take long. */
    ApiAnswer ask(String node, HttpMethod method, String uri, Duration deadline) {
        try {
            return client(node).ask(method, uri, null, deadline);
        } catch (ApiException e) {
            throw passOn(node, e);
        }
    }

    /** Another agent's refusal as this one's. */
    static ApiError passOn(String node, ApiException e) {
        return e.code() == ApiException.UNREACHABLE
                ? new ApiError(503, "ServiceUnavailable", "node " + node + ": " + e.getMessage())
                : new ApiError(e.code(), ApiError.reasonOf(e.code()), String.valueOf(e.getMessage()));
    }

    /** Has a node's agent delete something. */
    void delete(String node, String uri) {
        try {
            client(node).ask(HttpMethod.DELETE, uri, null, DEADLINE);
        } catch (ApiException e) {
            throw passOn(node, e);
        }
    }

    /** The client of a node's agent. */
    ApiClient client(String node) {
        Node known = objects.get(Keys.node(node), Node.class).orElseThrow(() -> ApiError.notFound("nodes", node));
        ApiEndpoint endpoint = endpointOf(known.status())
                .orElseThrow(
                        () -> new ApiError(400, "BadRequest", "node " + node + " is a foreign node: no agent to ask"));
        return clients.computeIfAbsent(endpoint, ApiClient::new);
    }

    /** The socket if the agent is on this machine, and otherwise its address in the overlay; nothing of a foreign node. */
    private Optional<ApiEndpoint> endpointOf(Node.Status status) {
        String socket = status.apiSocket();
        String remote = status.apiEndpoint();
        boolean here = remote == null || status.bootId() == null || bootId.equals(status.bootId());
        if (socket != null && here) {
            return Optional.of(ApiEndpoint.unix(Path.of(socket)));
        }
        return Optional.ofNullable(remote).map(address -> ApiEndpoint.remote(address, token));
    }

    /** Whether somebody listens at the socket. */
    public static boolean answers(@Nullable String socket) {
        return socket != null && ApiEndpoint.unix(Path.of(socket)).listens();
    }

    @Override
    public void close() {
        probes.shutdownNow();
        clients.values().forEach(ApiClient::close);
    }
}
