package io.osier.dataplane.io;

import io.netty.channel.IoRegistration;
import io.netty.channel.unix.FileDescriptor;
import io.osier.dataplane.conntrack.ConnectionTable;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.observe.Counters;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.worker.LocalPort;
import io.osier.dataplane.worker.Worker;
import io.osier.dataplane.worker.WorkerProxy;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One node's forwarding at work: a {@link Worker} on a thread of its own, the tunnel's socket, and the TAPs that come and
 * go. Safe for any thread.
 */
public final class Dataplane implements AutoCloseable {
    private static final String TUNNEL = "tunnel";

    private final DataplaneConfig config;
    private final UdpPort underlay;
    private final Counters counters;
    private final DataplaneListener listener;
    private final Worker worker;
    private final TapCalls tapCalls;
    private final EpollWorkerLoop loop;
    private final WorkerProxy proxy;
    private final DescriptorStore left;
    private final Map<PortId, AttachedTap> taps = new HashMap<>(); // the worker thread's own, like all that follows
    private @Nullable IoRegistration tunnel;
    private boolean begun;

    /** A TAP that is ours; watched while it is served. */
    private static final class AttachedTap {
        private final TapPort tap;
        private final TapOverflow overflow;
        private @Nullable IoRegistration watched;

        AttachedTap(TapPort tap, TapOverflow overflow) {
            this.tap = tap;
            this.overflow = overflow;
        }

        void unwatch() {
            if (watched != null) {
                watched.cancel();
                watched = null;
            }
        }
    }

    private Dataplane(
            DataplaneConfig config,
            ForwardingState initial,
            DataplaneListener listener,
            UdpPort underlay,
            Counters counters,
            DescriptorStore left)
            throws IOException {
        this.left = left;
        this.config = config;
        this.listener = listener;
        this.underlay = underlay;
        this.counters = counters;
        SplittableRandom random = new SplittableRandom();
        worker = new Worker(
                config.worker(),
                initial,
                underlay,
                counters,
                System::nanoTime,
                random,
                connections(config, random.nextLong(), initial.generation()));
        loop = new EpollWorkerLoop(worker::tick, listener::workerFailed);
        tapCalls = new TapCalls(BatchedCalls.open(), counters.drops(), worker::isObserved);
        proxy = new WorkerProxy(worker, loop);
    }

    private static ConnectionTable connections(DataplaneConfig config, long salt, long generation) throws IOException {
        ConnectionFile file = config.connections();
        int capacity = config.worker().connections();
        return file == null
                ? new ConnectionTable(capacity, salt)
                : file.open(capacity, salt, System.nanoTime(), generation);
    }

    /**
     * Opens the tunnel's socket in the network namespace that the calling thread is in, and begins to forward.
     *
     * @param initial flows that have outlived an earlier process are taken to be right by it
     * @throws IOException in one line, if the underlay address or port cannot be had
     */
    public static Dataplane open(DataplaneConfig config, ForwardingState initial, DataplaneListener listener)
            throws IOException {
        Dataplane dataplane = prepare(config, initial, listener, DescriptorStore.ABSENT);
        dataplane.begin();
        return dataplane;
    }

    /**
     * The same, but packets wait where they are until {@link #begin}: ports and policy can be as they are to be before the
     * first of them is looked at.
     *
     * @param left by an earlier process: its tunnel and TAPs go on with the packets that wait in them
     */
    public static Dataplane prepare(
            DataplaneConfig config, ForwardingState initial, DataplaneListener listener, DescriptorStore left)
            throws IOException {
        Counters counters = new Counters();
        UdpPort underlay = UdpPort.open(config.underlay(), config.tunnelPort(), counters.drops(), left.take(TUNNEL));
        return prepare(config, initial, listener, underlay, counters, left);
    }

    /** Begins to forward, with a socket that is open already, and the account that it counts its drops in. */
    static Dataplane open(
            DataplaneConfig config,
            ForwardingState initial,
            DataplaneListener listener,
            UdpPort underlay,
            Counters counters)
            throws IOException {
        Dataplane dataplane = prepare(config, initial, listener, underlay, counters, DescriptorStore.ABSENT);
        dataplane.begin();
        return dataplane;
    }

    private static Dataplane prepare(
            DataplaneConfig config,
            ForwardingState initial,
            DataplaneListener listener,
            UdpPort underlay,
            Counters counters,
            DescriptorStore left)
            throws IOException {
        try {
            return new Dataplane(config, initial, listener, underlay, counters, left);
        } catch (IOException | RuntimeException e) {
            underlay.close();
            throw e;
        }
    }

    /**
     * Begins to forward; again is no error.
     *
     * @throws RuntimeException if a descriptor cannot be watched; the dataplane is closed
     */
    public void begin() {
        try {
            await(proxy.run(worker -> serveAll()));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void serveAll() {
        if (begun) {
            return;
        }
        IntSupplier batch = worker::serviceUnderlay;
        tunnel = loop.watch(underlay.descriptor(), () -> serve(batch));
        begun = true;
        taps.values().forEach(this::watch);
    }

    /**
     * Looks at no packet any more, and leaves the tunnel and the TAPs with somebody who keeps them open, so that packets wait
     * in them for the next process. To be followed by {@link #close}.
     */
    public void leaveTo(DescriptorStore store) {
        await(proxy.run(worker -> leaveAll(store)));
    }

    private void leaveAll(DescriptorStore store) {
        begun = false;
        if (tunnel != null) {
            tunnel.cancel();
        }
        taps.values().forEach(attached -> attached.unwatch());
        store.keep(TUNNEL, underlay.descriptor().intValue());
        taps.forEach((id, attached) ->
                store.keep(nameOf(id), attached.tap.descriptor().intValue()));
    }

    /** What a TAP's descriptor is left as: {@code pod/web-1}, {@code host/osier0}. */
    private static String nameOf(PortId id) {
        return id.kind().name().toLowerCase(Locale.ROOT) + "/" + id.name();
    }

    /** The way to the worker: policy, questions, observers. */
    public WorkerProxy proxy() {
        return proxy;
    }

    /** What may come and go undone through the TAPs here. */
    public Set<TapOffload> offloads() {
        return config.offloads();
    }

    /**
     * Opens a TAP and takes it into service. Takes some milliseconds.
     *
     * @param addresses the IP addresses that belong to it
     * @throws IOException in one line, if the device cannot be had
     * @throws RuntimeException if its name or one of its addresses is another port's; the device stays
     */
    public void addTap(TapConfig config, Set<IpAddress> addresses) throws IOException {
        TapPort tap = TapFactory.open(config, tapCalls, left.take(nameOf(config.id())));
        addPort(tap, config.mac(), addresses, TapOverflow.of(config));
    }

    /** How frames come and go through the TAPs here: many a system call by {@code io_uring}, or one, {@code single}. */
    public String tapCallsDescription() {
        return tapCalls.description();
    }

    /** Takes a port into service, or closes it, that has something like a TAP behind it. */
    void addPort(PortId id, FileDescriptor descriptor, long mac, Set<IpAddress> addresses) {
        addPort(new TapPort(id, descriptor, tapCalls), mac, addresses, TapOverflow.unknown());
    }

    private void addPort(TapPort tap, long mac, Set<IpAddress> addresses, TapOverflow overflow) {
        try {
            await(proxy.run(worker -> attach(tap, new LocalPort(tap, mac, addresses), overflow)));
        } catch (RuntimeException e) {
            tap.close();
            throw e;
        }
    }

    /** Takes a TAP out of service and lets go of its device, which stays. One that is not there is no error. */
    public void removeTap(PortId id) {
        countOverflow(List.of(id));
        await(proxy.run(worker -> detach(id)));
    }

    /**
     * Brings {@link DropReason#PORT_OVERFLOW} up to date with what the kernel has counted at the TAPs. Enters each one's
     * namespace, which takes some tenths of a millisecond. Not to be called on the worker's thread.
     */
    public void countOverflow() {
        countOverflow(List.copyOf(ask(() -> Set.copyOf(taps.keySet()))));
    }

    private void countOverflow(List<PortId> ids) {
        for (PortId id : ids) {
            AttachedTap attached = ask(() -> taps.get(id));
            if (attached != null) {
                long dropped = attached.overflow.read();
                await(proxy.run(worker -> attached.overflow.count(dropped, counters.drops())));
            }
        }
    }

    private <T extends @Nullable Object> T ask(Supplier<T> question) {
        return proxy.ask(worker -> question.get()).join();
    }

    private void attach(TapPort tap, LocalPort local, TapOverflow overflow) {
        worker.addPort(local);
        AttachedTap attached = new AttachedTap(tap, overflow);
        try {
            if (begun) {
                watch(attached);
            }
            taps.put(tap.id(), attached);
        } catch (RuntimeException e) {
            worker.removePort(tap);
            throw e;
        }
    }

    private void watch(AttachedTap attached) {
        TapPort tap = attached.tap;
        IntSupplier batch = () -> worker.servicePort(tap);
        attached.watched = loop.watch(tap.descriptor(), () -> service(tap, batch));
    }

    private void detach(PortId id) {
        AttachedTap attached = taps.remove(id);
        if (attached != null) {
            attached.unwatch();
            worker.removePort(attached.tap);
            attached.tap.close();
        }
    }

    private void service(TapPort tap, IntSupplier batch) {
        serve(batch);
        if (tap.isGone()) {
            detach(tap.id());
            listener.portGone(tap.id());
        }
    }

    /** Whatever fails in a batch, nothing may stay queued whose memory the next batch uses again. */
    private void serve(IntSupplier batch) {
        try {
            loop.carried(batch.getAsInt());
        } finally {
            try {
                tapCalls.flush();
            } finally {
                underlay.flush();
            }
        }
    }

    private static void await(CompletableFuture<Void> done) {
        try {
            done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Stops forwarding and lets go of everything; devices stay. Not to be called on the worker's thread. */
    @Override
    public void close() {
        loop.close();
        underlay.close();
        taps.values().forEach(attached -> attached.tap.close()); // those that the loop did not watch
        tapCalls.close();
    }
}
