package io.osier.dataplane.simulation;

import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.VxlanHeader;
import io.osier.dataplane.port.DropCounters;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.vxlan.SegmentTrain;
import io.osier.dataplane.vxlan.Underlay;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A network between nodes that loses, doubles, delays and cuts as it is told, the same way for the same seed. Time is the
 * simulated clock's: a datagram arrives when its time has come.
 */
public final class SimulatedUnderlay {
    private static final int OUTER_HEADER_BYTES = 28;

    /** One UDP datagram between two nodes. */
    public record Datagram(IpAddress from, IpAddress to, RawFrame payload) {
        /** The Ethernet frame inside VXLAN. */
        public RawFrame inner() {
            byte[] bytes = payload.bytes();
            return RawFrame.of(Arrays.copyOfRange(bytes, VxlanHeader.LENGTH_BYTES, bytes.length));
        }
    }

    private record InFlight(Datagram datagram, long arrivalNanos, long number) {}

    private record Link(IpAddress from, IpAddress to) {}

    private final SimulatedClock clock;
    private final RandomGenerator random;
    private final Map<IpAddress, Socket> sockets = new HashMap<>();
    private final Set<Link> cuts = new HashSet<>();
    private final List<Datagram> sent = new ArrayList<>();
    private final Map<Link, Integer> mtus = new HashMap<>();
    private double lossRate;
    private double duplicationRate;
    private long maxDelayNanos;
    private long number;

    public SimulatedUnderlay(SimulatedClock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** Opens the tunnel's socket of a node. */
    public Socket attach(IpAddress address) {
        Socket socket = new Socket(address);
        sockets.put(address, socket);
        return socket;
    }

    /** Of all datagrams, how many are lost on the way: 0 to 1. */
    public void loseRate(double rate) {
        lossRate = rate;
    }

    /** Of all datagrams that arrive, how many arrive twice: 0 to 1. */
    public void duplicateRate(double rate) {
        duplicationRate = rate;
    }

    /** Delays each datagram by up to this time, so that later ones overtake it. */
    public void delayUpTo(Duration time) {
        maxDelayNanos = time.toNanos();
    }

    /** Cuts the way from one node to another, and not the way back. */
    public void cut(IpAddress from, IpAddress to) {
        cuts.add(new Link(from, to));
    }

    /** Cuts both ways. */
    public void partition(IpAddress one, IpAddress other) {
        cut(one, other);
        cut(other, one);
    }

    /** Lets the way from one node to another lose, without a word, what is longer than this with its outer headers. */
    public void limit(IpAddress from, IpAddress to, int mtuBytes) {
        mtus.put(new Link(from, to), mtuBytes);
    }

    private boolean isTooLong(Datagram datagram) {
        Integer mtuBytes = mtus.get(new Link(datagram.from, datagram.to));
        return mtuBytes != null && OUTER_HEADER_BYTES + datagram.payload.length() > mtuBytes;
    }

    /** Mends all cuts. */
    public void heal() {
        cuts.clear();
    }

    /** Takes out the record of what was sent, lost datagrams included. */
    public List<Datagram> drainSent() {
        List<Datagram> datagrams = List.copyOf(sent);
        sent.clear();
        return datagrams;
    }

    /** Datagrams under way. */
    public int inFlight() {
        return sockets.values().stream()
                .mapToInt(socket -> socket.arriving.size())
                .sum();
    }

    private void carry(Datagram datagram) {
        sent.add(datagram);
        Socket receiver = sockets.get(datagram.to);
        boolean lost = random.nextDouble() < lossRate
                || cuts.contains(new Link(datagram.from, datagram.to))
                || isTooLong(datagram);
        if (receiver == null || lost) {
            return;
        }
        int copies = random.nextDouble() < duplicationRate ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long delayNanos = maxDelayNanos == 0 ? 0 : random.nextLong(maxDelayNanos);
            receiver.arriving.add(new InFlight(datagram, clock.nanoTime() + delayNanos, number++));
        }
    }

    /** A node's end of the network. */
    public final class Socket implements Underlay {
        private final IpAddress address;
        private final BorrowedFrames<Sending> queued = new BorrowedFrames<>();
        private final PriorityQueue<InFlight> arriving = new PriorityQueue<>(
                Comparator.comparingLong((InFlight flight) -> flight.arrivalNanos - clock.nanoTime())
                        .thenComparingLong(InFlight::number));
        private @Nullable DropReason failure;
        private @Nullable DropReason lateFailure;
        private @Nullable DropCounters drops;
        private long taken;

        private Socket(IpAddress address) {
            this.address = address;
        }

        private final List<Datagram> segments = new ArrayList<>();
        private final List<Train> trains = new ArrayList<>();

        private record Train(PortCounters account, int packets, int bytes) {}

        private record Sending(IpAddress to, PortCounters account) {}

        /** Refuses all datagrams with this reason from now on; null for no longer. */
        public void failWith(@Nullable DropReason reason) {
            failure = reason;
        }

        /** Takes datagrams and drops them when they are flushed, counted here, as a full socket buffer does. */
        public void failOnFlush(@Nullable DropReason reason, DropCounters counters) {
            lateFailure = reason;
            drops = counters;
        }

        /** Sends a datagram past any worker, as a stranger or a foreign node would. */
        public void send(IpAddress to, byte[] payload) {
            carry(new Datagram(address, to, RawFrame.of(payload)));
        }

        /** Takes out all datagrams that have arrived. */
        public List<Datagram> drain() {
            List<Datagram> arrived = new ArrayList<>();
            for (Datagram next; (next = poll()) != null; ) {
                arrived.add(next);
            }
            return arrived;
        }

        private @Nullable Datagram poll() {
            InFlight next = arriving.peek();
            if (next == null || next.arrivalNanos - clock.nanoTime() > 0) {
                return null;
            }
            arriving.remove();
            return next.datagram;
        }

        @Override
        public int mtuBytes(IpAddress node) {
            return mtus.getOrDefault(new Link(address, node), 0);
        }

        @Override
        public int receive(FrameBatch batch) {
            int received = 0;
            for (Datagram next; received < batch.capacity() && (next = poll()) != null; received++) {
                Frame frame = batch.frame(received);
                next.payload.writeTo(frame, Frame.HEADROOM_BYTES - VxlanHeader.LENGTH_BYTES);
                frame.setOuterSource(next.from.high(), next.from.low());
            }
            batch.setSize(received);
            taken += received;
            return received;
        }

        /** Datagrams that a worker has received. */
        long taken() {
            return taken;
        }

        @Override
        public @Nullable DropReason send(IpAddress node, Frame frame, int start, int length, PortCounters account) {
            if (failure == null) {
                queued.borrow(frame, start, length, new Sending(node, account));
            }
            return failure;
        }

        @Override
        public @Nullable DropReason send(IpAddress node, SegmentTrain train, PortCounters account) {
            if (failure == null) {
                for (int i = 0; i < train.count(); i++) {
                    ByteBuffer datagram = ByteBuffer.allocate(65_535);
                    int length = train.copy(i, datagram, 0);
                    segments.add(new Datagram(address, node, RawFrame.of(Arrays.copyOf(datagram.array(), length))));
                }
                trains.add(new Train(account, train.isLast() ? 1 : 0, train.totalBytes()));
            }
            return failure;
        }

        @Override
        public void flush() {
            queued.release((payload, sending) -> {
                if (lateFailure != null && drops != null) {
                    drops.count(lateFailure);
                    return;
                }
                sending.account.transmitted(1, payload.length() - VxlanHeader.LENGTH_BYTES);
                carry(new Datagram(address, sending.to, payload));
            });
            segments.forEach(SimulatedUnderlay.this::carry);
            segments.clear();
            trains.forEach(train -> train.account.transmitted(train.packets, train.bytes));
            trains.clear();
        }

        @Override
        public int heldPackets() {
            return queued.size() + trains.stream().mapToInt(Train::packets).sum();
        }
    }
}
