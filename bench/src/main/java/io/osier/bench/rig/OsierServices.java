package io.osier.bench.rig;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.model.Json;
import io.osier.bench.rig.ServicePlan.ServiceEntry;
import io.osier.bench.traffic.CpuTime;
import io.osier.bench.traffic.Ports;
import io.osier.bench.traffic.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Osier's services: loaded by {@code osier apply}, changed over the agent's socket. */
public final class OsierServices implements ServiceControl, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final long LOOK_MILLIS = 20;

    private final Shell shell;
    private final String command;
    private final Rebuild rebuild;
    private final String far;
    private final String farther;
    private final List<ApiClient> agents =
            List.of(new ApiClient(socketOf("node-a")), new ApiClient(socketOf("node-b")));

    OsierServices(Shell shell, String command, Rebuild rebuild, String far, String farther) {
        this.shell = shell;
        this.command = command;
        this.rebuild = rebuild;
        this.far = far;
        this.farther = farther;
    }

    /** Makes the lab anew. */
    interface Rebuild {
        void run() throws InterruptedException;
    }

    private static Path socketOf(String node) {
        return OsierRig.LAB.resolve(node).resolve("api.sock");
    }

    /**
     * Applies all services on one node while the other's agent stands still, and then lets that one go on. The first is what a
     * user waits for, with the command's own start, its reading of YAML, the store's writes to the disk, and an agent's compiling;
     * the second is a node that finds them in the store. Elsewhere each agent has a machine of its own.
     */
    @Override
    public Load load(ServicePlan plan) throws InterruptedException {
        Path file = write(plan);
        String standing = pidOf("node-b");
        try {
            long startNanos = System.nanoTime();
            long appliedNanos;
            long goneOnNanos;
            shell.run("kill", "-STOP", standing);
            try {
                shell.run(null, "", PATIENCE, List.of(command, "apply", "-f", file.toString()));
                awaitServices(agents.get(0), plan);
                appliedNanos = System.nanoTime();
                CpuTime.awaitRest(); // of the first agent, which compiles and saves after that
            } finally {
                goneOnNanos = System.nanoTime();
                shell.run("kill", "-CONT", standing);
            }
            awaitServices(agents.get(1), plan);
            return new Load((System.nanoTime() - goneOnNanos) / 1e9, (appliedNanos - startNanos) / 1e9);
        } finally {
            file.toFile().delete();
        }
    }

    /** Until a node forwards to all of them, and to the one whose endpoint changes. */
    private static void awaitServices(ApiClient agent, ServicePlan plan) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (agent.get("/osier/v1/status").path("dataplane").path("services").asInt() < plan.count() + 1) {
            Thread.sleep(LOOK_MILLIS);
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new Shell.Failure("osier apply: the services did not reach the dataplane");
            }
        }
    }

    private static String pidOf(String node) {
        try {
            return Files.readString(OsierRig.LAB.resolve(node).resolve("agent.pid"))
                    .strip();
        } catch (IOException e) {
            throw new Shell.Failure("the lab's " + node + " has no agent: " + e.getMessage());
        }
    }

    /** The command's own part of it: what any {@code osier} command takes that asks one small thing. */
    public double commandSeconds() throws InterruptedException {
        long start = System.nanoTime();
        shell.run(null, "", PATIENCE, List.of(command, "get", "nodes"));
        return (System.nanoTime() - start) / 1e9;
    }

    private Path write(ServicePlan plan) {
        StringBuilder text = new StringBuilder();
        plan.entries().forEach(service -> service(text, service, "selector: {app: bench}"));
        service(text, ServicePlan.SWITCHED, "type: ClusterIP");
        text.append("---\n").append(endpoints(far));
        try {
            Path file = Files.createTempFile("osier-bench", ".yaml");
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new Shell.Failure("writing the manifest: " + e.getMessage());
        }
    }

    private static void service(StringBuilder text, ServiceEntry service, String more) {
        text.append("""
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: %s}
                spec:
                  clusterIP: %s
                  %s
                  ports: [{port: %d, targetPort: %d}]
                """.formatted(service.name(), service.address(), more, service.port(), Ports.TCP));
    }

    /** JSON is YAML. */
    private static ObjectNode endpoints(String address) {
        ObjectNode object = Json.object().put("apiVersion", "v1").put("kind", "Endpoints");
        object.putObject("metadata").put("name", ServicePlan.SWITCHED.name()).put("namespace", "default");
        ObjectNode subset = object.putArray("subsets").addObject();
        subset.putArray("addresses").addObject().put("ip", address);
        subset.putArray("ports").addObject().put("port", Ports.TCP);
        return object;
    }

    @Override
    public void clear() throws InterruptedException {
        rebuild.run();
    }

    @Override
    public Order prepareChange(ServicePlan plan, boolean toFarther) {
        ObjectNode object = endpoints(toFarther ? farther : far);
        String path = "/api/v1/endpoints/" + ServicePlan.SWITCHED.name() + "?namespace=default";
        return () -> agents.get(0).put(path, object);
    }

    @Override
    public void close() {
        agents.forEach(ApiClient::close);
    }
}
