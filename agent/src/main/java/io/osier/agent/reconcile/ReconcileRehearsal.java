package io.osier.agent.reconcile;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.osier.agent.model.ServicePort;
import io.osier.agent.store.Keys;
import io.osier.agent.store.StoreEvent;
import io.osier.agent.store.Versioned;
import io.osier.dataplane.forwarding.ForwardingState;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes made-up pods and services in, until the JVM has compiled the way that real ones take from the store to the dataplane's
 * tables ({@code docs/adr/0013}). Nobody sees them: cache and compiler are its own. Takes about a second of processor time,
 * compilers' included.
 */
public final class ReconcileRehearsal {
    /**
     * What is called once for a service is called 1,600 times, which is enough for the first compiler. More of it, for the second
     * one, made little faster and took more memory for the code.
     */
    private static final int ROUNDS = 10;

    static final int SERVICES = 200;
    static final int PODS = 20;
    private static final int KINDS = 4;
    /** Of the kinds of services the one with endpoints given by hand. */
    private static final int BY_HAND = 1;
    /** The one with node ports. */
    private static final int OPEN = 2;
    /** Addresses lie so far apart, and have numbers of one, two and three digits. */
    private static final int SPREAD = 257;
    /** In one of so many rounds everything goes. */
    private static final int REMOVING = 4;

    private static final IpPrefix SUBNET = IpPrefix.parse("10.0.0.0/24");
    private static final IpPrefix SERVICE_RANGE = IpPrefix.parse("10.96.0.0/16");
    private static final NodeSettings SETTINGS =
            new NodeSettings("rehearsal", IpPrefix.parse("10.0.0.0/16"), SERVICE_RANGE, SUBNET, true);

    private final ClusterCache cache = new ClusterCache(pod -> pod, event -> {});
    private final ForwardingStateCompiler compiler = new ForwardingStateCompiler(SETTINGS);
    private final Map<String, Consumer<StoreEvent>> watches = new HashMap<>();
    private long revision;

    ReconcileRehearsal() {
        cache.begin((prefix, onEvent) -> {
            watches.put(prefix, onEvent);
            onEvent.accept(new StoreEvent(StoreEvent.Type.SYNCED, "", null));
            return () -> {};
        });
    }

    /** Rehearses to the end. */
    public static void perform() {
        ReconcileRehearsal rehearsal = new ReconcileRehearsal();
        for (int i = 1; i <= ROUNDS; i++) {
            rehearsal.round(i);
        }
    }

    /** Everything is there in another way than in the round before, or has gone. */
    ForwardingState round(int number) {
        boolean gone = number % REMOVING == 0;
        for (int i = 0; i < PODS; i++) {
            tell(Keys.PODS, "p-" + i, gone ? null : pod("p-" + i, address(SUBNET, i + 2), number));
        }
        for (int i = 0; i < SERVICES; i++) {
            String name = "s-" + i;
            tell(Keys.SERVICES, name, gone ? null : service(name, i, number));
            if (i % KINDS == BY_HAND) {
                tell(Keys.ENDPOINTS, name, gone ? null : endpoints(name, number));
            }
        }
        return compiler.compile(cache.takeChanges(), number);
    }

    /** @param object as the store has it; null for none */
    private void tell(String kind, String name, @Nullable String object) {
        String key = kind + "/default/" + name;
        StoreEvent event = object == null
                ? new StoreEvent(StoreEvent.Type.DELETE, key, null)
                : new StoreEvent(StoreEvent.Type.PUT, key, new Versioned(key, ++revision, object.getBytes(US_ASCII)));
        Objects.requireNonNull(watches.get(kind)).accept(event);
    }

    private static String metadata(String name, int number) {
        return """
                "metadata": {"name": "%s", "namespace": "default", "uid": "%s-%d",
                  "creationTimestamp": "2000-01-01T00:00:%02dZ"%s}
                """.formatted(name, name, number, number % 60, labels(name, number));
    }

    /** Sometimes services have none. */
    private static String labels(String name, int number) {
        return name.startsWith("s-") && number % 2 == 0 ? "" : ", \"labels\": {\"app\": \"" + name + "\"}";
    }

    private static String pod(String name, String address, int number) {
        return """
                {"kind": "Pod", %s, "spec": {"nodeName": "rehearsal"},
                  "status": {"phase": "Running", "podIP": "%s", "ready": true, "restartCount": %d}}
                """.formatted(metadata(name, number), address, number);
    }

    /** Whatever the agent that stored it has filled in is there. */
    private static String service(String name, int index, int number) {
        String address = address(SERVICE_RANGE, index * SPREAD + 1);
        boolean open = index % KINDS == OPEN;
        String selector = index % KINDS == BY_HAND ? "" : "\"app\": \"p-" + (index + number) % PODS + "\"";
        return """
                {"apiVersion": "v1", "kind": "Service", %s, "spec": {"type": "%s", "clusterIP": "%s", "clusterIPs": ["%s"],
                  "ipFamilyPolicy": "SingleStack", "ipFamilies": ["IPv4"], "selector": {%s},
                  "ports": [{"protocol": "TCP", "port": %d, "targetPort": 8080%s}], "sessionAffinity": "None",
                  "publishNotReadyAddresses": false, "internalTrafficPolicy": "Cluster"}}
                """.formatted(
                        metadata(name, number),
                        open ? "NodePort" : "ClusterIP",
                        address,
                        address,
                        selector,
                        number,
                        open ? ", \"nodePort\": " + (ServicePort.FIRST_NODE_PORT + index) : "");
    }

    private static String endpoints(String name, int number) {
        return """
                {"apiVersion": "v1", "kind": "Endpoints", %s,
                  "subsets": [{"addresses": [{"ip": "%s"}], "ports": [{"port": 8080, "protocol": "TCP"}]}]}
                """.formatted(metadata(name, number), address(SUBNET, number + 2));
    }

    private static String address(IpPrefix range, int number) {
        return IpAddress.v4(range.address().v4Bits() + number).toString();
    }
}
