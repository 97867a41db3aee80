package io.osier.agent.api.server;

import io.osier.agent.model.Json;
import io.osier.agent.store.ObjectStore;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.worker.ConnectionSnapshot;
import io.osier.dataplane.worker.Worker;
import io.osier.dataplane.worker.WorkerProxy;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import tools.jackson.databind.node.ObjectNode;

/** {@code /osier/v1/flows}: what a node's connection table has, listed with GET and forgotten with DELETE. */
final class FlowView {
    private static final long DEADLINE_SECONDS = 5;

    private final String nodeName;
    private final WorkerProxy worker;
    private final ObjectStore objects;

    FlowView(String nodeName, WorkerProxy worker, ObjectStore objects) {
        this.nodeName = nodeName;
        this.worker = worker;
        this.objects = objects;
    }

    /** Whether it can be told which flows are meant, and may be. */
    void check(ApiRequest request) {
        FlowFilter filter = filterOf(request);
        if (request.method().equals("DELETE") && !filter.isNarrowed() && !request.flag("all")) {
            throw new ApiError(
                    400, "BadRequest", "say which flows: pod, service, backend or state, or all=true for all of them");
        }
    }

    ApiResponse answer(ApiRequest request) {
        check(request);
        Predicate<ConnectionSnapshot> meant = filterOf(request).meant();
        if (request.method().equals("DELETE")) {
            int deleted = ask(worker -> worker.retire(meant));
            ObjectNode item = Json.object().put("node", nodeName).put("deleted", deleted);
            return ApiResponse.json(200, ObjectRoutes.listOf(List.of(item)));
        }
        return ApiResponse.json(
                200,
                ObjectRoutes.listOf(ask(Worker::connections).stream()
                        .filter(meant)
                        .map(this::item)
                        .toList()));
    }

    private FlowFilter filterOf(ApiRequest request) {
        return FlowFilter.of(request, objects, ask(Worker::state).services().services());
    }

    private ObjectNode item(ConnectionSnapshot flow) {
        String proto = IpProtocol.name(flow.protocol());
        String client = place(flow.client(), flow.clientPort());
        String service = place(flow.service(), flow.servicePort());
        return ObjectRoutes.itemOf(proto, client, service, nodeName)
                .put("proto", proto)
                .put("client", client)
                .put("service", service)
                .put("backend", place(flow.backend(), flow.backendPort()))
                .put("state", flow.state().name())
                .put("expiresSeconds", TimeUnit.NANOSECONDS.toSeconds(flow.expiresInNanos()))
                .put("packets", flow.packets())
                .put("bytes", flow.bytes())
                .put("node", nodeName);
    }

    private static String place(IpAddress address, int port) {
        return address.isV4() ? address + ":" + port : "[" + address + "]:" + port;
    }

    private <T> T ask(Function<Worker, T> question) {
        return worker.ask(question)
                .orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .join();
    }
}
