package io.osier.dataplane.worker;

import io.osier.dataplane.forwarding.ForwardingState;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The way into a worker from every other thread: each call becomes a command that the worker's own thread runs between two
 * batches. Safe for any thread.
 */
public final class WorkerProxy {
    private final Worker worker;
    private final Executor workerThread;

    /** @param workerThread runs one command after another on the thread that owns the worker */
    public WorkerProxy(Worker worker, Executor workerThread) {
        this.worker = worker;
        this.workerThread = workerThread;
    }

    /** Forwards by this state from now on. Completes when the worker has taken it in. */
    public CompletableFuture<Void> publish(ForwardingState state) {
        return run(w -> w.adopt(state));
    }

    /** Takes a port into service. Fails if one of its addresses is another port's. */
    public CompletableFuture<Void> addPort(LocalPort port) {
        return run(w -> w.addPort(port));
    }

    /** Takes a port out of service with all that was learned from it; one that is not there is no error. */
    public CompletableFuture<Void> removePort(LocalPort port) {
        return run(w -> w.removePort(port.port()));
    }

    /** Runs a command on the worker. */
    public CompletableFuture<Void> run(Consumer<Worker> command) {
        return ask(w -> {
                    command.accept(w);
                    return true;
                })
                .thenAccept(done -> {});
    }

    /** Runs a question on the worker; the answer must be a copy that other threads may read. */
    public <T> CompletableFuture<T> ask(Function<Worker, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            workerThread.execute(() -> {
                try {
                    answer.complete(question.apply(worker));
                } catch (RuntimeException e) {
                    answer.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }
}
