package io.osier.dataplane.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace to do something in. What is opened inside (a TAP, a socket) keeps working outside, from any thread.
 *
 * <p>{@code setns(2)} holds for one thread, so each {@link #call} enters on a thread of its own, which ends with the call
 * and cannot leave another thread in the wrong namespace. The action must start no threads: they would be born inside.
 * Safe for any thread; needs {@code CAP_SYS_ADMIN}.
 */
public final class NetworkNamespace {
    /** Where {@code ip netns} keeps namespaces by name. */
    public static final Path NAMED = Path.of("/run/netns");

    private static final NetworkNamespace PRESENT = new NetworkNamespace(null);

    private final @Nullable Path path;

    private NetworkNamespace(@Nullable Path path) {
        this.path = path;
    }

    /** The namespace that the calling thread is in. */
    public static NetworkNamespace present() {
        return PRESENT;
    }

    /** The namespace that this file stands for, such as {@code /proc/123/ns/net}; it need not exist before a call. */
    public static NetworkNamespace at(Path path) {
        return new NetworkNamespace(path);
    }

    /** The namespace that {@code ip netns} knows by this name. */
    public static NetworkNamespace named(String name) {
        return at(NAMED.resolve(name));
    }

    /**
     * Runs the action inside and waits for it.
     *
     * @throws IOException if the namespace cannot be entered, in one line; or what the action throws
     */
    public <T extends @Nullable Object> T call(Callable<T> action) throws IOException {
        Path entered = path;
        if (entered != null) {
            return callOnOwnThread(() -> {
                enter(entered);
                return action.call();
            });
        }
        try {
            return action.call();
        } catch (Exception e) {
            throw asThrown(e);
        }
    }

    /** Runs the action in a namespace that exists only as long as the call: to try what the kernel can do. */
    static <T extends @Nullable Object> T callInThrowaway(Callable<T> action) throws IOException {
        return callOnOwnThread(() -> {
            if (Libc.unshare(Libc.CLONE_NEWNET) < 0) {
                throw Libc.failure("network namespace for a test");
            }
            return action.call();
        });
    }

    /**
     * What tells this namespace from every other there is.
     *
     * @throws IOException if there is none
     */
    long inode() throws IOException {
        return inodeOf(path == null ? Path.of("/proc/thread-self/ns/net") : path);
    }

    /** The same of the one that a descriptor stands for. */
    static long inodeOf(int descriptor) throws IOException {
        return inodeOf(Path.of("/proc/self/fd/" + descriptor));
    }

    private static long inodeOf(Path file) throws IOException {
        return (Long) Files.getAttribute(file, "unix:ino");
    }

    private static void enter(Path path) throws IOException {
        int fd = Libc.open(path.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC);
        if (fd < 0) {
            throw Libc.errno() == Libc.ENOENT
                    ? new SystemCallException("network namespace " + path, Libc.ENOENT, "there is none of this name")
                    : Libc.failure("network namespace " + path);
        }
        try {
            if (Libc.setns(fd, Libc.CLONE_NEWNET) < 0) {
                throw Libc.errno() == Libc.EINVAL
                        ? new SystemCallException(
                                "network namespace " + path, Libc.EINVAL, "the file stands for no network namespace")
                        : Libc.failure("network namespace " + path);
            }
        } finally {
            Libc.close(fd);
        }
    }

    /** Waits through interrupts: what is half made inside a namespace helps nobody. */
    private static <T extends @Nullable Object> T callOnOwnThread(Callable<T> action) throws IOException {
        FutureTask<T> task = new FutureTask<>(action);
        new Thread(task, "osier-netns").start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw asThrown(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException asThrown(@Nullable Throwable failure) {
        if (failure instanceof RuntimeException runtime) {
            throw runtime;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof IOException io ? io : new IOException(failure);
    }

    @Override
    public String toString() {
        return path == null ? "the present network namespace" : "network namespace " + path;
    }
}
