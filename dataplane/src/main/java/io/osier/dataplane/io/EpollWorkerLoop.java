package io.osier.dataplane.io;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One thread, {@code osier-worker}, that waits on descriptors and runs commands in between. Descriptors are watched
 * level-triggered: each readiness serves one bounded batch, and one that has more left is ready again after the others had
 * their turn. A loop that has just worked looks a little longer before it sleeps, see {@link SpinThenBlock}; an idle one sleeps
 * in the kernel.
 *
 * <p>The thread is a daemon; {@link #close} ends it and closes every descriptor still watched.
 */
final class EpollWorkerLoop implements Executor, AutoCloseable {
    private final MultiThreadIoEventLoopGroup group;
    private final IoEventLoop loop;
    private final Ticker ticker;
    private final IdleTime idle = IdleTime.ofThisMachine();
    private final SpinThenBlock waiting = new SpinThenBlock(System::nanoTime, idle::nanos);
    private final Consumer<RuntimeException> onFailure;
    private final Set<Watched> watched = new HashSet<>(); // the loop thread's own while it lives
    private long quietUntilNanos = System.nanoTime();

    /**
     * @param tick called about once a second while anything happens
     * @param onFailure told of what a service or a tick throws, which is an error in the program, at most once a second; the
     *     loop goes on
     */
    EpollWorkerLoop(Runnable tick, Consumer<RuntimeException> onFailure) {
        this.onFailure = onFailure;
        group = new MultiThreadIoEventLoopGroup(
                1, EpollWorkerLoop::newThread, EpollIoHandler.newFactory(0, () -> waiting));
        loop = group.next();
        ticker = new Ticker(loop, () -> {
            waiting.look();
            guarded(tick);
        });
    }

    private static Thread newThread(Runnable body) {
        Thread thread = new FastThreadLocalThread(body, "osier-worker");
        thread.setDaemon(true);
        return thread;
    }

    /** Runs a command on the loop's thread; any thread may ask. */
    @Override
    public void execute(Runnable command) {
        loop.execute(() -> {
            ticker.worked();
            guarded(command);
        });
    }

    /**
     * Calls the service whenever the descriptor can be read or has failed, until the registration is cancelled. Only on the
     * loop's thread.
     *
     * @throws UncheckedIOException if the descriptor cannot be watched
     */
    IoRegistration watch(FileDescriptor descriptor, Runnable service) {
        if (!loop.inEventLoop()) {
            throw new IllegalStateException("only the loop's own thread watches descriptors");
        }
        Future<IoRegistration> registered = loop.register(new Watched(descriptor, service));
        Throwable failure = registered.cause();
        if (failure != null) {
            throw new UncheckedIOException("epoll: " + failure.getMessage(), new IOException(failure));
        }
        IoRegistration registration = registered.getNow();
        registration.submit(EpollIoOps.EPOLLIN);
        return registration;
    }

    /** The service in hand has moved so much, which says how to wait for more. Only on the loop's thread. */
    void carried(int bytes) {
        waiting.carried(bytes);
    }

    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            report(e);
        }
    }

    private void report(RuntimeException e) {
        long nowNanos = System.nanoTime();
        if (nowNanos - quietUntilNanos >= 0) {
            quietUntilNanos = nowNanos + TimeUnit.SECONDS.toNanos(1);
            onFailure.accept(e);
        }
    }

    /** Ends the thread and waits for it; not to be called on it. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        // Netty closes what is registered only if it notices the shutdown in the right half of its cycle.
        watched.forEach(Watched::close);
        idle.close();
    }

    private final class Watched implements EpollIoHandle {
        private final FileDescriptor descriptor;
        private final Runnable service;

        Watched(FileDescriptor descriptor, Runnable service) {
            this.descriptor = descriptor;
            this.service = service;
        }

        @Override
        public FileDescriptor fd() {
            return descriptor;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            ticker.worked();
            waiting.working();
            guarded(service);
            waiting.worked();
        }

        @Override
        public void registered() {
            watched.add(this);
        }

        @Override
        public void unregistered() {
            watched.remove(this);
        }

        @Override
        public void close() {
            try {
                descriptor.close();
            } catch (IOException e) {
                // Whatever close says, Linux has let the descriptor go.
            }
        }
    }
}
