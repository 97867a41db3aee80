package io.osier.agent.api.server;

import io.osier.agent.model.Pod;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.dataplane.conntrack.ConnectionState;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.service.VirtualService;
import io.osier.dataplane.worker.ConnectionSnapshot;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which flows a question means; each of its parameters leaves fewer of them:
 *
 * <pre>
 * pod=      NAME or ADDRESS               from there or to there
 * service=  NAME[:PORTNAME] or ADDRESS[:PORT]
 * backend=  the NAME of a pod or ADDRESS[:PORT]
 * state=    as get flows prints it, in any case
 * </pre>
 *
 * <p>An IPv6 address with a port is in brackets. Safe for any thread.
 */
final class FlowFilter {
    private static final int ANY_PORT = -1;

    private final ApiRequest request;
    private final ObjectStore objects;
    private final List<VirtualService> services;
    private Predicate<ConnectionSnapshot> meant = flow -> true;
    private boolean narrowed;

    private FlowFilter(ApiRequest request, ObjectStore objects, List<VirtualService> services) {
        this.request = request;
        this.objects = objects;
        this.services = services;
    }

    /**
     * Reads the parameters.
     *
     * @param services what the node's table has, by which their names are known
     * @throws ApiError if they name what is not there, or nothing that there can be
     */
    static FlowFilter of(ApiRequest request, ObjectStore objects, List<VirtualService> services) {
        FlowFilter filter = new FlowFilter(request, objects, services);
        filter.narrow("pod", filter::pod);
        filter.narrow("service", filter::service);
        filter.narrow("backend", filter::backend);
        filter.narrow("state", FlowFilter::state);
        return filter;
    }

    /** Whether it leaves out anything at all. */
    boolean isNarrowed() {
        return narrowed;
    }

    Predicate<ConnectionSnapshot> meant() {
        return meant;
    }

    private interface Reading {
        Predicate<ConnectionSnapshot> of(String text);
    }

    private void narrow(String parameter, Reading reading) {
        String text = request.parameter(parameter);
        if (text != null) {
            meant = meant.and(reading.of(text));
            narrowed = true;
        }
    }

    private Predicate<ConnectionSnapshot> pod(String text) {
        List<Place> places = Place.parse(text).map(List::of).orElseGet(() -> placesOfPod(text));
        return flow -> places.stream()
                .anyMatch(place ->
                        place.is(flow.client(), flow.clientPort()) || place.is(flow.backend(), flow.backendPort()));
    }

    private Predicate<ConnectionSnapshot> backend(String text) {
        List<Place> places = Place.parse(text).map(List::of).orElseGet(() -> placesOfPod(text));
        return flow -> places.stream().anyMatch(place -> place.is(flow.backend(), flow.backendPort()));
    }

    private Predicate<ConnectionSnapshot> service(String text) {
        Optional<Place> address = Place.parse(text);
        if (address.isPresent()) {
            Place place = address.get();
            return flow -> place.is(flow.service(), flow.servicePort());
        }
        String name = request.namespace() + "/" + text;
        List<VirtualService> named = services.stream()
                .filter(service -> service.name().equals(name) || service.name().startsWith(name + ":"))
                .toList();
        if (named.isEmpty()) {
            throw ApiError.notFound("services", text);
        }
        return flow -> named.stream()
                .anyMatch(service -> service.protocol() == flow.protocol()
                        && new Place(service.address(), service.port()).is(flow.service(), flow.servicePort()));
    }

    private static Predicate<ConnectionSnapshot> state(String text) {
        return Arrays.stream(ConnectionState.values())
                .filter(state -> state.name().equals(text.toUpperCase(Locale.ROOT)))
                .findFirst()
                .<Predicate<ConnectionSnapshot>>map(state -> flow -> flow.state() == state)
                .orElseThrow(() -> new ApiError(
                        400,
                        "BadRequest",
                        "state \"" + text + "\" is none: "
                                + Arrays.stream(ConnectionState.values())
                                        .map(Enum::name)
                                        .collect(Collectors.joining(", "))));
    }

    private List<Place> placesOfPod(String name) {
        Pod pod = objects.get(Keys.pod(request.namespace(), name), Pod.class)
                .orElseThrow(() -> ApiError.notFound("pods", name));
        Stream<String> all = Stream.concat(
                Stream.ofNullable(pod.status().podIP()),
                pod.status().podIPs().stream().map(address -> address.ip()));
        return all.filter(Objects::nonNull)
                .distinct()
                .map(address -> new Place(IpAddress.parse(address), ANY_PORT))
                .toList();
    }

    /** An address, with a port or for all of them. */
    private record Place(IpAddress address, int port) {
        boolean is(IpAddress other, int otherPort) {
            return address.equals(other) && (port == ANY_PORT || port == otherPort);
        }

        /** Nothing if it is a name. */
        static Optional<Place> parse(String text) {
            IpAddress alone = address(text);
            if (alone != null) {
                return Optional.of(new Place(alone, ANY_PORT));
            }
            int colon = text.lastIndexOf(':');
            if (colon < 0) {
                return Optional.empty();
            }
            String before = text.substring(0, colon);
            boolean brackets = before.startsWith("[") && before.endsWith("]");
            IpAddress address = address(brackets ? before.substring(1, before.length() - 1) : before);
            return address == null || brackets == address.isV4()
                    ? Optional.empty()
                    : Optional.of(new Place(address, port(text.substring(colon + 1))));
        }

        private static @Nullable IpAddress address(String text) {
            try {
                IpAddress address = IpAddress.parse(text);
                if (IpAddress.hasLeadingZeros(text)) {
                    throw new ApiError(400, "BadRequest", "address \"" + text + "\" " + IpAddress.LEADING_ZEROS);
                }
                return address;
            } catch (IllegalArgumentException e) {
                return null;
            }
        }

        private static int port(String text) {
            try {
                int port = Integer.parseInt(text);
                if (port >= 1 && port <= 65_535) {
                    return port;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new ApiError(400, "BadRequest", "port \"" + text + "\" must be 1 to 65535");
        }
    }
}
