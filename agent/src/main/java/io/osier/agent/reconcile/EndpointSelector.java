package io.osier.agent.reconcile;

import io.osier.agent.model.Annotations;
import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Endpoints;
import io.osier.agent.model.IpFamilies;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.model.Pod;
import io.osier.agent.model.PodStatus;
import io.osier.agent.model.Service;
import io.osier.agent.model.ServicePort;
import io.osier.dataplane.packet.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which addresses stand behind a service: the pods that its selector picks, or endpoints and slices given by hand. */
public final class EndpointSelector {
    private final EndpointSources sources;

    public EndpointSelector(ClusterState cluster) {
        this(new EndpointSources());
        sources.take(ClusterChange.beginning(cluster));
    }

    /** @param sources may change between two questions */
    EndpointSelector(EndpointSources sources) {
        this.sources = sources;
    }

    /**
     * One address and port behind a service's port.
     *
     * @param weight its share of new flows among the others
     * @param podUid which pod it is; null if it is none of ours
     * @param node on which node it is said to be; null if nobody says it
     * @param zone in which zone it is said to be; null if nobody says it
     * @param hints for whom it is meant; null if nobody says it
     * @param leaving whether it takes new flows only where nobody else does
     */
    public record Endpoint(
            IpAddress address,
            int port,
            int weight,
            @Nullable String podUid,
            @Nullable String node,
            @Nullable String zone,
            EndpointSlice.@Nullable Hints hints,
            boolean leaving) {
        Endpoint(IpAddress address, int port, int weight) {
            this(address, port, weight, null, null, null, null, false);
        }
    }

    /** The endpoints of a service's port that take new flows, of its primary family of addresses; by address. */
    public List<Endpoint> endpointsOf(Service service, ServicePort port) {
        List<String> families = service.spec().ipFamilies();
        return taking(endpointsOf(service, port, families.isEmpty() ? IpFamilies.IPV4 : families.get(0)));
    }

    /** Those that are not leaving; if there is none, those that are and still answer, as kube-proxy has it. */
    static List<Endpoint> taking(List<Endpoint> endpoints) {
        List<Endpoint> staying = new ArrayList<>(endpoints.size());
        for (Endpoint endpoint : endpoints) {
            if (!endpoint.leaving()) {
                staying.add(endpoint);
            }
        }
        return staying.isEmpty() ? endpoints : staying;
    }

    /** Of two endpoints at one place the first counts. */
    private record Place(IpAddress address, int port) implements Comparable<Place> {
        @Override
        public int compareTo(Place that) {
            int byAddress = address.compareTo(that.address);
            return byAddress == 0 ? Integer.compare(port, that.port) : byAddress;
        }
    }

    /** Those of this family, leaving ones included. */
    List<Endpoint> endpointsOf(Service service, ServicePort port, String family) {
        List<Endpoint> endpoints = service.spec().selector().isEmpty()
                ? endpointsByHand(service, port, family)
                : selectedEndpoints(service, port, family);
        if (endpoints.size() < 2) {
            return endpoints;
        }
        SortedMap<Place, Endpoint> byPlace = new TreeMap<>();
        for (Endpoint endpoint : endpoints) {
            byPlace.putIfAbsent(new Place(endpoint.address(), endpoint.port()), endpoint);
        }
        return List.copyOf(byPlace.values());
    }

    /** Pods that are ready, and those that are leaving and still answer. */
    private List<Endpoint> selectedEndpoints(Service service, ServicePort port, String family) {
        List<Endpoint> found = new ArrayList<>();
        for (Pod pod : sources.candidates(service)) {
            if (!isEligible(service, pod)) {
                continue;
            }
            IpAddress address = addressOf(pod.status(), family);
            int target = port.targetOn(pod);
            if (address != null && target != 0) {
                found.add(new Endpoint(
                        address,
                        target,
                        Annotations.weight(pod.metadata()),
                        pod.metadata().uid(),
                        pod.spec().nodeName(),
                        null,
                        null,
                        pod.metadata().deletionTimestamp() != null));
            }
        }
        return found;
    }

    private static @Nullable IpAddress addressOf(PodStatus status, String family) {
        IpAddress primary = status.podIP() == null ? null : IpAddress.parse(status.podIP());
        if (primary != null && IpFamilies.isOf(primary, family)) {
            return primary;
        }
        for (PodStatus.PodIP each : status.podIPs()) {
            IpAddress address = IpAddress.parse(each.ip());
            if (IpFamilies.isOf(address, family)) {
                return address;
            }
        }
        return null;
    }

    private static boolean isEligible(Service service, Pod pod) {
        boolean ready = pod.status().ready() || service.spec().publishNotReadyAddresses();
        return ready && selects(service, pod);
    }

    /** Whether the pod has all labels that the service asks for. */
    static boolean selects(Service service, Pod pod) {
        Map<String, String> labels = pod.metadata().labels();
        for (Map.Entry<String, String> wanted : service.spec().selector().entrySet()) {
            if (!wanted.getValue().equals(labels.get(wanted.getKey()))) {
                return false;
            }
        }
        return true;
    }

    private List<Endpoint> endpointsByHand(Service service, ServicePort port, String family) {
        List<EndpointSlice> ofFamily = sources.slicesOf(service).stream()
                .filter(slice -> slice.addressType().equals(family))
                .toList();
        List<Endpoint> found = new ArrayList<>(slicedEndpoints(ofFamily, port));
        Endpoints endpoints = sources.byHand(service);
        if (endpoints == null) {
            return found;
        }
        int weight = Annotations.weight(endpoints.metadata());
        for (Endpoints.Subset subset : endpoints.subsets()) {
            for (Endpoints.Port candidate : subset.ports()) {
                if (sameName(candidate.name(), port.name())
                        && candidate.protocol().equals(port.protocol())) {
                    subset.addresses().stream()
                            .map(address -> IpAddress.parse(address.ip()))
                            .filter(address -> IpFamilies.isOf(address, family))
                            .forEach(address -> found.add(new Endpoint(address, candidate.port(), weight)));
                }
            }
        }
        return found;
    }

    /** The ready ones first, then those that are leaving and still answer: where one is both, it stays. */
    private static List<Endpoint> slicedEndpoints(List<EndpointSlice> slices, ServicePort port) {
        List<Endpoint> ready = new ArrayList<>();
        List<Endpoint> leaving = new ArrayList<>();
        for (EndpointSlice slice : slices) {
            for (EndpointSlice.Port candidate : slice.ports()) {
                if (sameName(candidate.name(), port.name())
                        && candidate.protocol().equals(port.protocol())) {
                    for (EndpointSlice.Endpoint endpoint : slice.endpoints()) {
                        if (endpoint.conditions().takesNew()) {
                            addAddresses(slice, endpoint, candidate, false, ready);
                        } else if (endpoint.conditions().takesNewAtNeed()) {
                            addAddresses(slice, endpoint, candidate, true, leaving);
                        }
                    }
                }
            }
        }
        ready.addAll(leaving);
        return ready;
    }

    private static void addAddresses(
            EndpointSlice slice,
            EndpointSlice.Endpoint endpoint,
            EndpointSlice.Port port,
            boolean leaving,
            List<Endpoint> found) {
        int weight = Annotations.weight(slice.metadata());
        for (String address : endpoint.addresses()) {
            found.add(new Endpoint(
                    IpAddress.parse(address),
                    port.port(),
                    weight,
                    null,
                    endpoint.nodeName(),
                    endpoint.zone(),
                    endpoint.hints(),
                    leaving));
        }
    }

    /** Whether slices say what stands behind the service. */
    public boolean isSliced(Service service) {
        return service.spec().selector().isEmpty() && !sources.slicesOf(service).isEmpty();
    }

    private static boolean sameName(@Nullable String a, @Nullable String b) {
        return Objects.requireNonNullElse(a, "").equals(Objects.requireNonNullElse(b, ""));
    }

    static String namespaceOf(ObjectMeta metadata) {
        return Objects.requireNonNullElse(metadata.namespace(), ObjectMeta.DEFAULT_NAMESPACE);
    }
}
