package io.osier.dataplane.io;

import io.netty.channel.IoRegistration;
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
    private final DataplaneConfig config;
    private final UdpPort underlay;
    private final Counters counters;
    private final DataplaneListener listener;
    private final Worker worker;
    private final EpollWorkerLoop loop;
    private final WorkerProxy proxy;
    private final Map<PortId, AttachedTap> taps = new HashMap<>(); // the worker thread's own

    private record AttachedTap(TapPort tap, IoRegistration registration, TapOverflow overflow) {}

    private Dataplane(
            DataplaneConfig config,
            ForwardingState initial,
            DataplaneListener listener,
            UdpPort underlay,
            Counters counters)
            throws IOException {
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
        Counters counters = new Counters();
        UdpPort underlay = UdpPort.open(config.underlay(), config.tunnelPort(), counters.drops());
        return open(config, initial, listener, underlay, counters);
    }

    /** The same with a socket that is open already, and the account that it counts its drops in. */
    static Dataplane open(
            DataplaneConfig config,
            ForwardingState initial,
            DataplaneListener listener,
            UdpPort underlay,
            Counters counters)
            throws IOException {
        Dataplane dataplane;
        try {
            dataplane = new Dataplane(config, initial, listener, underlay, counters);
        } catch (IOException | RuntimeException e) {
            underlay.close();
            throw e;
        }
        try {
            await(dataplane.proxy.run(worker -> dataplane.watchUnderlay()));
            return dataplane;
        } catch (RuntimeException e) {
            dataplane.close();
            throw e;
        }
    }

    private void watchUnderlay() {
        IntSupplier batch = worker::serviceUnderlay;
        loop.watch(underlay.descriptor(), () -> serve(batch));
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
        TapPort tap = TapFactory.open(config);
        addPort(tap, config.mac(), addresses, TapOverflow.of(config));
    }

    /** Takes a port into service, or closes it. */
    void addPort(TapPort tap, long mac, Set<IpAddress> addresses) {
        addPort(tap, mac, addresses, TapOverflow.unknown());
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
        IntSupplier batch = () -> worker.servicePort(tap);
        try {
            taps.put(tap.id(), new AttachedTap(tap, loop.watch(tap.descriptor(), () -> service(tap, batch)), overflow));
        } catch (RuntimeException e) {
            worker.removePort(tap);
            throw e;
        }
    }

    private void detach(PortId id) {
        AttachedTap attached = taps.remove(id);
        if (attached != null) {
            attached.registration.cancel();
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
            underlay.flush();
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
    }
}
