package io.osier.agent.store.etcd;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.osier.agent.store.StoreException;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to etcd, and calls that end: each is tried again until it is answered or {@link #DEADLINE} has passed. What
 * is called must therefore be safe to repeat. Safe for any thread.
 *
 * <p>A connection that etcd was away from for long waits up to two minutes before it tries again (gRPC's backoff, which nobody
 * can end), so it is replaced by a new one every {@link #RENEWAL} while there is no answer.
 */
final class EtcdCalls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdCalls.class);
    /** How long a caller waits at most. A new leader takes a second or two. */
    static final Duration DEADLINE = Duration.ofSeconds(8);

    /** A call that went to a leader that died is only refused after seven seconds; another member answers sooner. */
    private static final Duration ATTEMPT = Duration.ofSeconds(2);

    private static final Duration RENEWAL = Duration.ofSeconds(10);

    private static final long PAUSE_MILLIS = 100;

    /** So long nobody wonders why nothing happens. */
    private static final Duration SILENCE = Duration.ofSeconds(1);

    /** etcd 3.4 hangs up on clients that ask more often than every five seconds. */
    private static final Duration KEEPALIVE = Duration.ofSeconds(10);

    /** What no repetition makes better. */
    private static final Set<Status.Code> FINAL = Set.of(
            Status.Code.INVALID_ARGUMENT,
            Status.Code.OUT_OF_RANGE,
            Status.Code.PERMISSION_DENIED,
            Status.Code.UNAUTHENTICATED,
            Status.Code.UNIMPLEMENTED);

    private final EtcdSettings settings;
    private final long openedNanos = System.nanoTime();
    /** Whether there is nothing to say of waiting for the first answer: it has come, or that was said. */
    private final AtomicBoolean quiet = new AtomicBoolean();

    private volatile Client client;
    private long connectedNanos = System.nanoTime();
    private boolean closed;

    EtcdCalls(EtcdSettings settings) {
        this.settings = settings;
        try {
            this.client = connect(settings);
        } catch (SSLException | IllegalArgumentException e) {
            throw failure("open", settings.toString(), e);
        }
    }

    private static Client connect(EtcdSettings settings) throws SSLException {
        ClientBuilder builder = Client.builder()
                .endpoints(settings.endpoints().stream().map(URI::create).toList())
                .keepaliveTime(KEEPALIVE)
                .keepaliveTimeout(ATTEMPT)
                .connectTimeout(ATTEMPT)
                .retryMaxAttempts(1)
                // etcd bounds what it says; gRPC's own 4 MiB are less than a thousand keys may be.
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .waitForReady(false); // or it would not say what is wrong
        if (settings.endpoints().stream().anyMatch(endpoint -> endpoint.startsWith("https:"))) {
            builder.sslContext(tls(settings));
        }
        String user = settings.user();
        String password = settings.password();
        if (user != null && password != null) {
            builder.user(EtcdStore.bytes(user.getBytes(StandardCharsets.UTF_8)))
                    .password(EtcdStore.bytes(password.getBytes(StandardCharsets.UTF_8)));
        }
        return builder.build();
    }

    private static SslContext tls(EtcdSettings settings) throws SSLException {
        SslContextBuilder tls = GrpcSslContexts.forClient();
        if (settings.ca() != null) {
            tls.trustManager(new File(settings.ca()));
        }
        if (settings.certificate() != null && settings.key() != null) {
            tls.keyManager(new File(settings.certificate()), new File(settings.key()));
        }
        return tls.build();
    }

    Client client() {
        return client;
    }

    /**
     * Calls until there is an answer.
     *
     * @throws StoreException in one line; whether a write happened is then unknown
     */
    <T> T call(String verb, String what, Function<Client, CompletableFuture<T>> attempt) {
        return call(verb, what, attempt, DEADLINE);
    }

    /** The same for an answer that is wanted sooner. */
    <T> T call(String verb, String what, Function<Client, CompletableFuture<T>> attempt, Duration deadline) {
        long endNanos = System.nanoTime() + deadline.toNanos();
        Throwable last = new TimeoutException("no answer");
        for (long leftNanos = deadline.toNanos(); leftNanos > 0; leftNanos = endNanos - System.nanoTime()) {
            CompletableFuture<T> answer = null;
            try {
                answer = attempt.apply(client);
                T value = answer.get(Math.min(leftNanos, ATTEMPT.toNanos()), TimeUnit.NANOSECONDS);
                quiet.set(true);
                return value;
            } catch (TimeoutException e) {
                answer.cancel(true);
                tellOfWaiting(last);
            } catch (ExecutionException e) {
                last = e.getCause() == null ? e : e.getCause();
                if (isFinal(last)) {
                    throw failure(verb, what, last);
                }
                tellOfWaiting(last);
                pause(verb, what);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw failure(verb, what, e);
            }
        }
        renew();
        throw failure(verb, what, last);
    }

    /** Once, as long as etcd has never answered: an agent that starts would be silent until it gives up. */
    private void tellOfWaiting(Throwable why) {
        if (System.nanoTime() - openedNanos >= SILENCE.toNanos() && quiet.compareAndSet(false, true)) {
            LOG.warn("waiting for etcd at {}: {}", String.join(",", settings.endpoints()), reasonOf(why));
        }
    }

    /** Calls that are under way on the old connection fail, and are tried again on the new one. */
    private synchronized void renew() {
        if (closed || System.nanoTime() - connectedNanos < RENEWAL.toNanos()) {
            return;
        }
        Client old = client;
        try {
            client = connect(settings);
            connectedNanos = System.nanoTime();
        } catch (SSLException | IllegalArgumentException e) {
            LOG.warn("the certificates for etcd cannot be read any more: {}", e.getMessage());
            return;
        }
        old.close();
    }

    private void pause(String verb, String what) {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(verb, what, e);
        }
    }

    private StoreException failure(String verb, String what, Throwable cause) {
        String why = cause instanceof InterruptedException ? "interrupted" : reasonOf(cause);
        return new StoreException(
                "store: cannot " + verb + " " + what + ": etcd at " + String.join(",", settings.endpoints()) + ": "
                        + why,
                cause);
    }

    private static boolean isFinal(Throwable failure) {
        boolean handshake = false;
        for (Throwable cause = failure; cause != null && cause != cause.getCause(); cause = cause.getCause()) {
            handshake |= cause instanceof SSLHandshakeException;
        }
        return handshake || FINAL.contains(Status.fromThrowable(failure).getCode());
    }

    /** What gRPC wraps says more than the wrapping. */
    private static String reasonOf(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String text = root.getMessage();
        return text == null ? "no answer" : text.lines().findFirst().orElse("no answer");
    }

    @Override
    public synchronized void close() {
        closed = true;
        client.close();
    }
}
