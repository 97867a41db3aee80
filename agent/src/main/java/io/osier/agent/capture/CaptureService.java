package io.osier.agent.capture;

import io.osier.dataplane.observe.CaptureReader;
import io.osier.dataplane.observe.CaptureRecorder;
import io.osier.dataplane.observe.CaptureSelection;
import io.osier.dataplane.observe.EpochClock;
import io.osier.dataplane.observe.PacketObserver;
import io.osier.dataplane.observe.PacketObservers;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.worker.WorkerProxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * A node's captures: while any runs, its recorder looks at every packet; while none does, nobody looks and nothing is paid.
 * Safe for any thread.
 */
public final class CaptureService {
    /** Each takes {@link CaptureRecorder#DEFAULT_RING_BYTES} while it runs. */
    private static final int MAX_CAPTURES = 4;

    private final String nodeName;
    private final IpAddress underlay;
    private final WorkerProxy worker;
    private final Function<String, Collection<IpAddress>> podAddresses;
    private final List<CaptureRecorder> running = new ArrayList<>();

    /**
     * @param underlay the address that the node's tunnel packets come from
     * @param podAddresses the addresses of a pod of the cluster by its name in captures; none if there is no such pod
     */
    public CaptureService(
            String nodeName,
            IpAddress underlay,
            WorkerProxy worker,
            Function<String, Collection<IpAddress>> podAddresses) {
        this.nodeName = nodeName;
        this.underlay = underlay;
        this.worker = worker;
        this.podAddresses = podAddresses;
    }

    /**
     * Begins a capture; packets are recorded from now on.
     *
     * @return a capture that has to be closed
     * @throws CaptureException in one line, if its filter is wrong or too many are running
     */
    public CaptureSession open(CaptureRequest request) throws CaptureException {
        CaptureFilter filter = request.filter() == null ? null : CaptureFilter.compile(request.filter());
        EpochClock clock = new EpochClock();
        CaptureRecorder recorder = new CaptureRecorder(selection(request), clock, CaptureRecorder.DEFAULT_RING_BYTES);
        CaptureReader reader = new CaptureReader(recorder, nodeName, underlay);
        CaptureSession session = new CaptureSession(nodeName, reader, filter, clock, () -> end(recorder));
        try {
            begin(recorder).join();
            return session;
        } catch (CaptureException e) {
            session.close();
            throw e;
        } catch (CompletionException e) {
            session.close();
            throw CaptureException.unavailable(nodeName + " has stopped forwarding");
        }
    }

    private synchronized CompletableFuture<Void> begin(CaptureRecorder recorder) throws CaptureException {
        if (running.size() == MAX_CAPTURES) {
            throw CaptureException.unavailable(
                    MAX_CAPTURES + " captures are running on " + nodeName + " already: end one of them");
        }
        running.add(recorder);
        return observe();
    }

    private synchronized void end(CaptureRecorder recorder) {
        if (running.remove(recorder)) {
            // Nobody has to wait for it; and a worker that has stopped looks at nothing anyway.
            var unused = observe();
        }
    }

    /** Commands to the worker keep their order, so that what is published last counts. */
    private CompletableFuture<Void> observe() {
        PacketObserver observer = PacketObservers.of(running);
        return worker.run(w -> w.observe(observer));
    }

    private CaptureSelection selection(CaptureRequest request) {
        Set<IpAddress> addresses = new HashSet<>();
        request.pods().forEach(pod -> addresses.addAll(podAddresses.apply(pod)));
        return new CaptureSelection(request.pods(), addresses, request.stages(), request.snapLengthBytes());
    }
}
