package io.osier.agent.api.server;

import io.osier.agent.model.Json;
import io.osier.agent.model.Pod;
import io.osier.agent.reconcile.PodMaker;
import io.osier.dataplane.explain.NodeCopy;
import io.osier.dataplane.explain.Trial;
import io.osier.dataplane.explain.TrialEvent;
import io.osier.dataplane.explain.TrialEvent.Datagram;
import io.osier.dataplane.explain.TrialPacket;
import io.osier.dataplane.packet.DropReason;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.service.Balance;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.worker.ConnectionSnapshot;
import io.osier.dataplane.worker.Worker;
import io.osier.dataplane.worker.WorkerProxy;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What would become of a pod's packet, step by step: tried on a copy of this node's worker, and what leaves by a tunnel on a
 * copy of the other node's, which its agent is asked for.
 */
final class ExplainView {
    private static final long DEADLINE_SECONDS = 5;
    /** So many backends are tried one by one. */
    private static final int MAX_WAYS = 16;

    private final String self;
    private final IpAddress underlay;
    private final int vni;
    private final WorkerProxy worker;
    private final ClusterDirectory directory;

    ExplainView(String self, IpAddress underlay, int vni, WorkerProxy worker, ClusterDirectory directory) {
        this.self = self;
        this.underlay = underlay;
        this.vni = vni;
        this.worker = worker;
        this.directory = directory;
    }

    /** What becomes here of a datagram from another node's tunnel. */
    ObjectNode received(IpAddress from, String payload) {
        Trial trial = new Trial(copy(), vni);
        ObjectNode told = Json.object();
        tell(told.putArray("steps"), trial.receive(new Datagram(from, payload)));
        return told;
    }

    /** What becomes of a packet of a pod of this node; port 0 where the protocol has none. */
    ObjectNode sent(Pod pod, IpAddress to, int protocol, int port) {
        String podIp = pod.status().podIP();
        if (podIp == null) {
            throw new ApiError(400, "BadRequest", "pod " + pod.metadata().name() + " has no address yet");
        }
        PortId in = new PortId(PortKind.POD, PodMaker.namespaceOf(pod));
        NodeCopy node = copy();
        PodView sender = new PodView(node.state(), IpAddress.parse(podIp));
        IpAddress from = sender.sourceTo(to);
        if (from == null) {
            throw new ApiError(
                    400,
                    "BadRequest",
                    "pod " + pod.metadata().name() + " has no IPv6 address: this cluster has no IPv6 range");
        }
        checkReceiver(sender, to);
        if (sender.keeps(to)) {
            throw new ApiError(
                    400,
                    "BadRequest",
                    "the packet does not leave pod " + pod.metadata().name() + ", whose own address is " + to);
        }
        Trial trial = new Trial(node, vni);
        TrialPacket packets = new TrialPacket(sender.mac(), from, to, protocol, port);
        ObjectNode told = Json.object()
                .put("pod", pod.metadata().name())
                .put("node", self)
                .put("packet", packets.words());

        IpAddress neighbor = sender.neighborTo(to);
        List<TrialEvent> asked = trial.send(in, packets.neighborRequest(neighbor), 0);
        long mac = asked.stream()
                .mapToLong(TrialEvent::answerMac)
                .filter(m -> m != 0)
                .findFirst()
                .orElse(0);
        ObjectNode arp =
                told.putObject("neighbor").put("address", neighbor.toString()).put("gateway", !neighbor.equals(to));
        if (mac == 0) {
            tell(arp.putArray("steps"), asked);
            told.putArray("ways");
            return told;
        }
        arp.put("mac", MacAddress.format(mac));

        VirtualService addressed = node.state().services().lookup(protocol, to.high(), to.low(), port);
        if (addressed != null) {
            describe(told.putObject("service"), addressed, from);
        }
        VirtualService service =
                addressed == null ? null : addressed.chosenFor(node.state().isPodAddress(from.high(), from.low()));
        int backends = service == null ? 0 : service.backends().size();
        int before = service == null ? -1 : node.backendBefore(service, from);
        int first = Math.max(before, 0);
        int last = before >= 0 ? before : Math.min(Math.max(backends, 1), MAX_WAYS) - 1;
        ArrayNode ways = told.putArray("ways");
        for (int i = first; i <= last; i++) {
            ObjectNode way = ways.addObject();
            if (service != null && backends > 0) {
                head(way, service, i, before >= 0);
            }
            tell(way.putArray("steps"), trial.send(in, packets.frame(mac, i - first), i));
        }
        return told;
    }

    /** Which backend it is, and what it is given by: nothing is left to chance where the client had it before. */
    private static void head(ObjectNode way, VirtualService service, int index, boolean hadBefore) {
        way.put("backend", service.backends().get(index).toString());
        if (hadBefore) {
            way.put("sessionAffinity", true);
        } else if (service.policy().flows().balance() != Balance.LEAST_CONNECTIONS) {
            way.put("probability", service.share(index));
        }
    }

    private static void checkReceiver(PodView sender, IpAddress to) {
        if (PodView.isGroup(to)) {
            throw new ApiError(400, "BadRequest", to + " is a group's address; the way to one receiver is explained");
        }
        if (sender.isBroadcast(to)) {
            throw new ApiError(
                    400, "BadRequest", to + " is the broadcast address; the way to one receiver is explained");
        }
        if (PodView.isUnspecified(to)) {
            throw new ApiError(400, "BadRequest", to + " is nobody's address; a pod's packet to it stays in the pod");
        }
    }

    private NodeCopy copy() {
        return worker.ask(NodeCopy::of)
                .orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    private void describe(ObjectNode told, VirtualService service, IpAddress client) {
        List<ConnectionSnapshot> flows = worker.ask(Worker::connections)
                .orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .join();
        told.put("name", service.name())
                .put("backends", service.backends().size())
                .put("balance", service.policy().flows().balance().label())
                .put(
                        "openFlows",
                        flows.stream()
                                .filter(flow -> flow.client().equals(client)
                                        && flow.protocol() == service.protocol()
                                        && flow.service().equals(service.address())
                                        && flow.servicePort() == service.port())
                                .count());
    }

    private void tell(ArrayNode steps, List<TrialEvent> events) {
        for (TrialEvent event : events) {
            ObjectNode step = steps.addObject()
                    .put("node", self)
                    .put("kind", event.port().kind().name().toLowerCase(Locale.ROOT))
                    .put("port", event.port().name())
                    .put("packet", event.packet());
            String translation = event.translation();
            if (translation != null) {
                step.put("translation", translation);
            }
            if (!event.policies().isEmpty()) {
                ArrayNode policies = step.putArray("policies");
                event.policies().forEach(policies::add);
            }
            if (event.answered()) {
                step.put("answer", true);
            }
            DropReason dropped = event.dropped();
            if (dropped != null) {
                step.put("dropped", dropped.label()).put("why", dropped.sentence());
            }
            Datagram datagram = event.tunnel();
            if (datagram != null) {
                step.put("to", datagram.node().toString());
                follow(steps, event.port().name(), datagram);
            }
        }
    }

    /** Asks the other node's agent what becomes of the datagram there. */
    private void follow(ArrayNode steps, String node, Datagram datagram) {
        String uri = "/osier/v1/explain?tunnel=" + underlay + "&datagram=" + datagram.payload();
        try {
            Json.parse(directory.ask(node, uri).body()).path("steps").forEach(steps::add);
        } catch (ApiError e) {
            steps.addObject().put("node", node).put("unknown", String.valueOf(e.getMessage()));
        }
    }
}
