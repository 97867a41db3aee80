package io.osier.agent.api.server;

import io.netty.handler.codec.http.HttpMethod;
import io.osier.agent.api.client.ApiAnswer;
import io.osier.agent.api.client.ApiException;
import io.osier.agent.metrics.MetricsPage;
import io.osier.agent.model.Json;
import io.osier.agent.model.Pod;
import io.osier.agent.model.ValidationException;
import io.osier.agent.store.ObjectStore;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.service.ListedFamily;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /osier/v1/…}: what is particular to a node. {@code node=NAME} is passed on to that node's agent, {@code node=*} asks
 * all and merges the lists.
 */
final class AgentRoutes implements ApiRoutes {
    private static final Set<String> MERGED = Set.of("flows", "drops", "fdb", "routes");

    /** So long is waited for any one of them when all nodes are asked. */
    private static final Duration MERGE_DEADLINE = Duration.ofSeconds(3);

    /** A checkup tries what the kernel can do, and nft reads all tables that there are for it. */
    private static final Duration CHECKUP_DEADLINE = Duration.ofSeconds(10);

    private final ExecutorService questions = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "osier-merge");
        thread.setDaemon(true);
        return thread;
    });
    private final ClusterDirectory directory;
    private final ObjectRoutes objects;
    private final BulkRoutes bulk;
    private final NodeView node;
    private final FlowView flows;
    private final Standing standing;
    private final CaptureStream captures;
    private final ExplainView explanations;
    private final NodeCheckup checkup;
    private final PodExecs execs;
    private final MetricsRoutes metrics;
    private final ClusterCheckup doctor;

    AgentRoutes(
            ClusterDirectory directory,
            ObjectRoutes objects,
            BulkRoutes bulk,
            NodeView node,
            FlowView flows,
            Standing standing,
            CaptureStream captures,
            ExplainView explanations,
            NodeCheckup checkup,
            PodExecs execs,
            MetricsPage metrics,
            ObjectStore store) {
        this.metrics = new MetricsRoutes(metrics);
        this.directory = directory;
        this.objects = objects;
        this.bulk = bulk;
        this.node = node;
        this.flows = flows;
        this.standing = standing;
        this.captures = captures;
        this.explanations = explanations;
        this.checkup = checkup;
        this.execs = execs;
        this.doctor = new ClusterCheckup(store, this::ask);
    }

    @Override
    public ApiResponse answer(ApiRequest request) {
        if (request.word(0).equals("api") && request.word(1).equals("v1")) {
            return objects.answer(request);
        }
        if (MetricsRoutes.isFor(request)) {
            return metrics.answer(request);
        }
        if (!request.word(0).equals("osier") || !request.word(1).equals("v1")) {
            throw new ApiError(404, "NotFound", "the server has no " + request.uri());
        }
        if (BulkRoutes.answers(request.word(2)) && request.path().size() == 3) {
            return bulk.answer(request);
        }
        boolean forgets = request.method().equals("DELETE") && request.word(2).equals("flows");
        if (!request.method().equals("GET") && !forgets) {
            throw new ApiError(405, "MethodNotAllowed", request.method() + " is not answered here");
        }
        int words = request.word(2).equals("pods") ? 5 : 3;
        if (request.path().size() > words) {
            throw new ApiError(404, "NotFound", "the server has no " + request.uri());
        }
        String asked = request.parameter("node");
        if (asked == null || asked.equals(directory.self())) {
            return answerHere(request);
        }
        return asked.equals("*") ? merge(request) : pass(asked, request);
    }

    private ApiResponse answerHere(ApiRequest request) {
        return switch (request.word(2)) {
            case "status" -> ApiResponse.json(200, standing.addTo(node.status()));
            case "routes" -> ApiResponse.json(200, node.routes(family(request)));
            case "fdb" -> ApiResponse.json(200, node.stations());
            case "flows" -> flows.answer(request);
            case "drops" -> ApiResponse.json(200, ObjectRoutes.listOf(List.of(node.drops())));
            case "leases" -> ApiResponse.json(200, node.leases());
            case "rules" ->
                ApiResponse.text(node.rules(family(request), request.flag("verbose"), request.parameter("table")));
            case "metrics" -> metrics.answer(ApiRequest.of("GET", "/metrics", new byte[0]));
            case "pods" -> ofPod(request);
            case "checkup" -> ApiResponse.json(200, checkup.facts(node.status()));
            case "probe" -> probe(request);
            case "doctor" -> ApiResponse.json(200, doctor.run());
            case "explain" -> explain(request);
            case "capture" -> ApiResponse.stream(captures.of(request));
            default -> throw new ApiError(404, "NotFound", "the server has no " + request.uri());
        };
    }

    private static ListedFamily family(ApiRequest request) {
        return request.flag("ipv6") ? ListedFamily.IPV6 : ListedFamily.IPV4;
    }

    /** {@code pods/NAME/log} and {@code pods/NAME/exec}, wherever the pod is. */
    private ApiResponse ofPod(ApiRequest request) {
        return switch (request.word(4)) {
            case "log" -> log(request);
            case "exec" -> ApiResponse.talk(execs.of(request, node.pod(request.namespace(), request.word(3))));
            default -> throw new ApiError(404, "NotFound", "the server has no " + request.uri());
        };
    }

    private ApiResponse log(ApiRequest request) {
        String where = node.nodeOf(request.namespace(), request.word(3));
        if (!where.equals(directory.self())) {
            return pass(where, request);
        }
        String after = request.parameter("after");
        return ApiResponse.text(node.log(
                request.namespace(),
                request.word(3),
                request.parameter("container"),
                after == null ? 0 : Long.parseLong(after)));
    }

    private ApiResponse probe(ApiRequest request) {
        String seen = request.parameter("seen");
        if (seen != null) {
            return ApiResponse.json(200, checkup.seen(seen));
        }
        IpAddress to = IpAddress.parseStrictly(required(request, "to"));
        int packetBytes = Integer.parseInt(required(request, "bytes"));
        return ApiResponse.json(200, checkup.send(to.toString(), required(request, "id"), packetBytes));
    }

    /** Asks any node on the doctor's behalf, this one included. */
    private JsonNode ask(String name, String uri) {
        return Json.parse(
                name.equals(directory.self())
                        ? answerHere(ApiRequest.of("GET", uri, new byte[0])).body()
                        : directory
                                .ask(name, HttpMethod.GET, uri, CHECKUP_DEADLINE)
                                .body());
    }

    /** From wherever the pod is; the question of another agent is answered here. */
    private ApiResponse explain(ApiRequest request) {
        String tunnel = request.parameter("tunnel");
        String datagram = request.parameter("datagram");
        if (tunnel != null && datagram != null) {
            return ApiResponse.json(200, explanations.received(IpAddress.parse(tunnel), datagram));
        }
        Pod pod = node.pod(request.namespace(), required(request, "pod"));
        String where = pod.spec().nodeName();
        if (where != null && !where.equals(directory.self())) {
            return pass(where, request);
        }
        IpAddress to = IpAddress.parseStrictly(required(request, "to"));
        int icmp = to.isV4() ? IpProtocol.ICMP : IpProtocol.ICMPV6;
        int protocol = switch (required(request, "proto")) {
            case "tcp" -> IpProtocol.TCP;
            case "udp" -> IpProtocol.UDP;
            case "icmp" -> icmp;
            default -> throw new ApiError(400, "BadRequest", "proto must be tcp, udp or icmp");
        };
        int port = protocol == icmp ? 0 : Integer.parseInt(required(request, "port"));
        return ApiResponse.json(200, explanations.sent(pod, to, protocol, port));
    }

    private static String required(ApiRequest request, String name) {
        String value = request.parameter(name);
        if (value == null) {
            throw new ApiError(400, "BadRequest", name + " is missing");
        }
        return value;
    }

    private ApiResponse pass(String other, ApiRequest request) {
        if (request.word(2).equals("capture")) {
            return passStream(other, request);
        }
        ApiAnswer answer = directory.ask(
                other, HttpMethod.valueOf(request.method()), request.uriWithout("node"), ClusterDirectory.DEADLINE);
        return new ApiResponse(answer.status(), answer.contentType(), answer.body(), null);
    }

    /** Waits for the beginning, so that a refusal goes back as one. */
    private ApiResponse passStream(String other, ApiRequest request) {
        PushbackInputStream in;
        try {
            in = new PushbackInputStream(directory.client(other).stream(request.uriWithout("node")));
            int first = in.read();
            if (first < 0) {
                throw new ApiError(503, "ServiceUnavailable", "node " + other + " broke off its answer");
            }
            in.unread(first);
        } catch (ApiException e) {
            throw ClusterDirectory.passOn(other, e);
        } catch (IOException e) {
            throw new ApiError(503, "ServiceUnavailable", "node " + other + ": " + e.getMessage());
        }
        return ApiResponse.stream(out -> {
            try (in) {
                in.transferTo(out);
            }
        });
    }

    private ApiResponse merge(ApiRequest request) {
        if (!MERGED.contains(request.word(2))) {
            throw new ApiError(400, "BadRequest", request.word(2) + " is told by one node at a time");
        }
        if (request.word(2).equals("flows")) {
            flows.check(request);
        }
        Map<String, CompletableFuture<byte[]>> asked = new LinkedHashMap<>();
        for (String name : directory.agents()) {
            asked.put(name, CompletableFuture.supplyAsync(() -> itemsOf(name, request), questions));
        }
        List<JsonNode> items = new ArrayList<>();
        List<String> silent = new ArrayList<>();
        asked.forEach((name, answer) -> {
            try {
                Json.parse(answer.join()).path("items").forEach(items::add);
            } catch (CompletionException | ValidationException e) {
                silent.add(name);
            }
        });
        ObjectNode list = ObjectRoutes.listOf(items);
        if (!silent.isEmpty()) {
            var array = list.putArray("unreachable");
            silent.forEach(array::add);
        }
        return ApiResponse.json(200, list);
    }

    private byte[] itemsOf(String name, ApiRequest request) {
        return name.equals(directory.self())
                ? answerHere(request).body()
                : directory
                        .ask(name, HttpMethod.valueOf(request.method()), request.uriWithout("node"), MERGE_DEADLINE)
                        .body();
    }
}
