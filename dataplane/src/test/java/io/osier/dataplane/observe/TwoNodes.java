package io.osier.dataplane.observe;

import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.forwarding.Peer;
import io.osier.dataplane.forwarding.PodRoutes;
import io.osier.dataplane.forwarding.Route;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.Frame;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.port.FrameBatch;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortCounters;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.service.Backend;
import io.osier.dataplane.service.ServiceTable;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.vxlan.SegmentTrain;
import io.osier.dataplane.vxlan.Underlay;
import io.osier.dataplane.worker.LocalPort;
import io.osier.dataplane.worker.Worker;
import io.osier.dataplane.worker.WorkerConfig;
import io.osier.dataplane.worker.WorkerProxy;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Two workers joined by memory. {@code web-1} 10.32.1.2 and {@code web-2} 10.32.1.3 are on node-a, {@code web-3} 10.32.2.2 is
 * on node-b. The service 10.96.0.10:80/udp has web-3:9876 behind it, and 10.96.0.11:80/udp nobody.
 */
public final class TwoNodes {
    public static final IpAddress UNDERLAY_A = IpAddress.parse("172.30.0.1");
    public static final IpAddress UNDERLAY_B = IpAddress.parse("172.30.0.2");

    public final Node a =
            new Node("node-a", UNDERLAY_A, "10.32.1.1", new Peer("node-b", UNDERLAY_B, false), "10.32.2.0/24");
    public final Node b =
            new Node("node-b", UNDERLAY_B, "10.32.2.1", new Peer("node-a", UNDERLAY_A, false), "10.32.1.0/24");
    public final MemoryPort web1 = a.addPod("web-1", "10.32.1.2");
    public final MemoryPort web2 = a.addPod("web-2", "10.32.1.3");
    public final MemoryPort web3 = b.addPod("web-3", "10.32.2.2");

    public TwoNodes() {
        a.wire.other = b.wire;
        b.wire.other = a.wire;
    }

    /** Lets a pod send, and both nodes forward until nothing moves. */
    public void send(Node node, MemoryPort from, byte[] frame) {
        from.toReceive.add(frame);
        node.worker.servicePort(from);
        while (!a.wire.toReceive.isEmpty() || !b.wire.toReceive.isEmpty()) {
            a.worker.serviceUnderlay();
            b.worker.serviceUnderlay();
        }
    }

    /** One of the two. */
    public static final class Node {
        public final Wire wire;
        public final Worker worker;
        public final WorkerProxy proxy;

        private Node(String name, IpAddress underlay, String gateway, Peer peer, String peerSubnet) {
            wire = new Wire(underlay);
            IpAddress own = IpAddress.parse(gateway);
            ForwardingState state = new ForwardingState(
                    1,
                    name,
                    own,
                    IpPrefix.parse("10.32.0.0/12"),
                    IpPrefix.parse("10.96.0.0/12"),
                    List.of(peer),
                    PodRoutes.of(List.of(
                            new Route(IpPrefix.containing(own, 24), null),
                            new Route(IpPrefix.parse(peerSubnet), peer))),
                    ServiceTable.of(List.of(
                            service("default/web", "10.96.0.10", List.of(backend("10.32.2.2"))),
                            service("default/nobody", "10.96.0.11", List.of()))));
            worker = new Worker(
                    new WorkerConfig(1, 64, 64, 16), state, wire, new Counters(), System::nanoTime, new Random(1));
            proxy = new WorkerProxy(worker, Runnable::run);
        }

        MemoryPort addPod(String name, String address) {
            MemoryPort port = new MemoryPort(new PortId(PortKind.POD, name));
            IpAddress ip = IpAddress.parse(address);
            proxy.addPort(new LocalPort(port, MacAddress.ofPod(ip.v4Bits()), Set.of(ip)))
                    .join();
            return port;
        }

        private static VirtualService service(String name, String address, List<Backend> backends) {
            return new VirtualService(name, IpProtocol.UDP, IpAddress.parse(address), 80, backends);
        }

        private static Backend backend(String address) {
            IpAddress ip = IpAddress.parse(address);
            return new Backend(ip, 9876, MacAddress.ofPod(ip.v4Bits()));
        }
    }

    /** A pod's port over memory. */
    public static final class MemoryPort implements Port {
        public final Queue<byte[]> toReceive = new ArrayDeque<>();
        public final Queue<byte[]> transmitted = new ArrayDeque<>();
        private final PortId id;
        private final PortCounters counters = new PortCounters();
        private @Nullable DropReason failure;

        MemoryPort(PortId id) {
            this.id = id;
        }

        /** Refuses everything from now on. */
        public void failWith(DropReason reason) {
            failure = reason;
        }

        @Override
        public PortId id() {
            return id;
        }

        @Override
        public PortCounters counters() {
            return counters;
        }

        @Override
        public int receive(FrameBatch batch) {
            return take(toReceive, batch, new IpAddress(0, 0));
        }

        @Override
        public @Nullable DropReason transmit(Frame frame) {
            if (failure == null) {
                transmitted.add(copy(frame, frame.start(), frame.length()));
            }
            return failure;
        }

        @Override
        public void flush() {}
    }

    /** One end of the memory that joins the nodes. */
    public static final class Wire implements Underlay {
        public final Queue<byte[]> toReceive = new ArrayDeque<>();
        private final IpAddress own;
        private @Nullable Wire other;

        private Wire(IpAddress own) {
            this.own = own;
        }

        @Override
        public int receive(FrameBatch batch) {
            return take(toReceive, batch, own.equals(UNDERLAY_A) ? UNDERLAY_B : UNDERLAY_A);
        }

        @Override
        public @Nullable DropReason send(IpAddress node, Frame frame, int start, int length, PortCounters account) {
            if (other != null) {
                other.toReceive.add(copy(frame, start, length));
            }
            return null;
        }

        @Override
        public @Nullable DropReason send(IpAddress node, SegmentTrain train, PortCounters account) {
            ByteBuffer datagram = ByteBuffer.allocate(65_535);
            for (int i = 0; other != null && i < train.count(); i++) {
                other.toReceive.add(Arrays.copyOf(datagram.array(), train.copy(i, datagram, 0)));
            }
            return null;
        }

        @Override
        public void flush() {}

        @Override
        public int heldPackets() {
            return 0;
        }
    }

    private static int take(Queue<byte[]> from, FrameBatch batch, IpAddress outerSource) {
        int size = 0;
        for (byte[] next; size < batch.capacity() && (next = from.poll()) != null; size++) {
            TestPackets.fill(batch.frame(size), next);
            batch.frame(size).setOuterSource(outerSource.high(), outerSource.low());
        }
        batch.setSize(size);
        return size;
    }

    private static byte[] copy(Frame frame, int start, int length) {
        byte[] bytes = new byte[length];
        frame.bytes().get(start, bytes);
        return bytes;
    }
}
