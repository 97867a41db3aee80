package io.osier.agent.api.server;

import io.osier.agent.api.client.ApiException;
import io.osier.agent.api.client.Conversation;
import io.osier.agent.api.client.ExecMessage;
import io.osier.agent.model.Pod;
import io.osier.agent.pod.CommandException;
import io.osier.agent.pod.PodExecution;
import io.osier.agent.pod.PodExecutor;
import io.osier.agent.reconcile.PodMaker;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * {@code pods/NAME/exec}: runs commands in this node's pods for whoever asks, and passes the conversation on for pods of other
 * nodes. A command ends with its conversation, whichever side hangs up.
 */
final class PodExecs {
    private static final Logger LOG = LoggerFactory.getLogger(PodExecs.class);

    private final ClusterDirectory directory;
    private final PodExecutor executor;
    private final ExecutorService pumps = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "osier-exec");
        thread.setDaemon(true);
        return thread;
    });

    PodExecs(ClusterDirectory directory, PodExecutor executor) {
        this.directory = directory;
        this.executor = executor;
    }

    /**
     * The conversation with a command in this pod: {@code command=WORD} for each of its words, {@code stdin=true},
     * {@code tty=true}.
     */
    Talk of(ApiRequest request, Pod pod) {
        List<String> command = request.parameters("command");
        if (command.isEmpty()) {
            throw new ApiError(400, "BadRequest", "command is missing");
        }
        String node = pod.spec().nodeName();
        if (node != null && !node.equals(directory.self())) {
            return near -> passOn(near, node, request.uriWithout("node"));
        }
        String namespace = PodMaker.namespaceOf(pod);
        return other -> run(
                other,
                request.flag("stdin"),
                () -> executor.start(namespace, pod.metadata().name(), command, request.flag("tty")));
    }

    private interface Start {
        PodExecution start() throws IOException;
    }

    private void run(Conversation other, boolean stdin, Start start) throws IOException, InterruptedException {
        PodExecution execution;
        try {
            execution = start.start();
        } catch (IOException | CommandException e) {
            other.send(ExecMessage.failed(String.valueOf(e.getMessage())));
            return;
        }
        try (execution) {
            other.whenClosed(() -> pumps.execute(execution::close));
            OutputPump out = new OutputPump(other, ExecMessage.STDOUT, execution.stdout());
            OutputPump err = new OutputPump(other, ExecMessage.STDERR, execution.stderr());
            pumps.execute(out);
            pumps.execute(err);
            if (!stdin) {
                execution.stdin().close();
            }
            pumps.execute(() -> listen(other, execution));
            int exitCode = execution.await();
            out.awaitRest();
            err.awaitRest();
            other.send(ExecMessage.ended(exitCode));
        }
    }

    private static void listen(Conversation other, PodExecution execution) {
        try {
            for (byte[] message = other.receive(); message != null; message = other.receive()) {
                hear(ExecMessage.of(message), execution);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.debug("not understood: {}", e.getMessage());
        }
    }

    /** A command that does not read any more says so by its end. */
    private static void hear(ExecMessage message, PodExecution execution) {
        try {
            switch (message.channel()) {
                case ExecMessage.STDIN -> {
                    execution.stdin().write(message.bytes());
                    execution.stdin().flush();
                }
                case ExecMessage.CLOSE -> execution.stdin().close();
                case ExecMessage.RESIZE -> {
                    JsonNode size = message.json();
                    execution.resize(
                            size.path("Width").asInt(0), size.path("Height").asInt(0));
                }
                default -> LOG.debug("nothing is said on channel {} here", message.channel());
            }
        } catch (IOException e) {
            LOG.debug("input is lost: {}", e.getMessage());
        }
    }

    private void passOn(Conversation near, String node, String uri) throws IOException, InterruptedException {
        try (Conversation far = directory.client(node).converse(uri)) {
            near.whenClosed(far::abort);
            pumps.execute(() -> relay(near, far));
            copy(far, near);
        } catch (ApiException e) {
            near.send(ExecMessage.failed(
                    String.valueOf(ClusterDirectory.passOn(node, e).getMessage())));
        }
    }

    private static void relay(Conversation from, Conversation to) {
        try {
            copy(from, to);
        } catch (IOException e) {
            LOG.debug("the other side has gone: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Conversation from, Conversation to) throws IOException, InterruptedException {
        for (byte[] message = from.receive(); message != null; message = from.receive()) {
            to.send(message);
        }
    }
}
