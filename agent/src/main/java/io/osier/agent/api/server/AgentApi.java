package io.osier.agent.api.server;

import io.osier.agent.capture.CaptureService;
import io.osier.agent.host.HostNetwork;
import io.osier.agent.host.ProbeSocket;
import io.osier.agent.ipam.AddressClaims;
import io.osier.agent.ipam.SubnetLeases;
import io.osier.agent.metrics.MetricsPage;
import io.osier.agent.model.Pod;
import io.osier.agent.pod.CommandSupervisor;
import io.osier.agent.pod.PodExecutor;
import io.osier.agent.reconcile.LocalDeletions;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.agent.reconcile.PodMaker;
import io.osier.agent.store.Keys;
import io.osier.agent.store.Keyspace;
import io.osier.agent.store.ObjectStore;
import io.osier.agent.store.StateStore;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.worker.WorkerProxy;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** Puts the answers of one agent together. */
public final class AgentApi {
    private final ApiRoutes routes;

    public AgentApi(
            NodeDescription description,
            WorkerProxy worker,
            Runnable countOverflow,
            StateStore state,
            SubnetLeases leases,
            CommandSupervisor commands,
            PodExecutor executor,
            ClusterDirectory directory,
            LocalDeletions deletions,
            Supplier<String> leaseProblem,
            ProbeSocket probes,
            MetricsPage metrics) {
        NodeSettings settings = description.settings();
        IpAddress underlay = description.underlay();
        int vni = description.vni();
        ObjectStore objects = new ObjectStore(state);
        Resources resources = keys -> resources(keys, settings, underlay, leases.in(keys), directory, deletions);
        NodeView node = new NodeView(
                settings,
                vni,
                HostNetwork.DEVICE,
                worker,
                countOverflow,
                objects,
                leases,
                commands,
                description.json());
        CaptureService captures =
                new CaptureService(settings.nodeName(), underlay, worker, name -> addressesOf(name, objects));
        ExplainView explanations = new ExplainView(settings.nodeName(), underlay, vni, worker, directory);
        routes = new AgentRoutes(
                directory,
                new ObjectRoutes(state, resources),
                new BulkRoutes(state, resources),
                node,
                new FlowView(settings.nodeName(), worker, objects),
                new Standing(state, leaseProblem, directory),
                new NodeCapture(captures),
                explanations,
                new NodeCheckup(settings, underlay, leases, probes),
                new PodExecs(directory, executor),
                metrics,
                objects);
    }

    private static Map<String, Resource> resources(
            Keyspace keys,
            NodeSettings settings,
            IpAddress underlay,
            SubnetLeases leases,
            ClusterDirectory directory,
            LocalDeletions deletions) {
        ObjectStore objects = new ObjectStore(keys);
        AddressClaims claims = new AddressClaims(keys);
        return Map.of(
                "pods", new PodResource(objects, claims, directory, deletions, settings.podRange()),
                "services", new ServiceResource(objects, claims, new NodePorts(keys), settings),
                "nodes", new NodeResource(objects, leases, claims, directory, new ForeignNodeCheck(settings, underlay)),
                "endpoints", new EndpointsResource(objects),
                "endpointslices", PlainResource.endpointSlices(objects),
                "networkpolicies", PlainResource.networkPolicies(objects));
    }

    public ApiRoutes routes() {
        return routes;
    }

    /** The addresses of the pod that captures call by this name. */
    private static List<IpAddress> addressesOf(String name, ObjectStore objects) {
        return objects.list(Keys.PODS, Pod.class).stream()
                .filter(pod -> PodMaker.namespaceOf(pod).equals(name))
                .map(pod -> pod.status().podIP())
                .filter(Objects::nonNull)
                .map(IpAddress::parse)
                .toList();
    }
}
