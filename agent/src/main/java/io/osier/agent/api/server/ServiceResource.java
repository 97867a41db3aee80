package io.osier.agent.api.server;

import io.osier.agent.ipam.AddressClaims;
import io.osier.agent.model.Json;
import io.osier.agent.model.Service;
import io.osier.agent.model.ServiceSpec;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpPrefix;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** Services: each gets its virtual address here, once and for all. */
final class ServiceResource implements Resource {
    private static final String SERVICES = "services";

    private final ObjectStore objects;
    private final ClusterIps addresses;
    private final NodePorts nodePorts;
    private final List<IpPrefix> clusterRanges;

    ServiceResource(ObjectStore objects, AddressClaims claims, NodePorts nodePorts, NodeSettings settings) {
        this.objects = objects;
        this.addresses = new ClusterIps(claims, settings);
        this.nodePorts = nodePorts;
        this.clusterRanges = settings.clusterRanges();
    }

    @Override
    public List<Service> list() {
        return objects.list(Keys.SERVICES, Service.class);
    }

    @Override
    public Service get(String namespace, String name) {
        return objects.get(Keys.service(namespace, name), Service.class)
                .orElseThrow(() -> ApiError.notFound(SERVICES, name));
    }

    @Override
    public Service create(JsonNode object) {
        Service asked = Json.convert(object, Service.class);
        String name = asked.metadata().name();
        String key = Keys.service(ObjectRoutes.namespaceOf(asked.metadata()), name);
        checkExternal(asked.spec());
        ServiceSpec spec = nodePorts.choose(addresses.choose(asked.spec(), null, key), null, key);
        Service service = Service.of(asked.metadata().created(UUID.randomUUID().toString(), Instant.now()), spec);
        if (!objects.create(key, service)) {
            throw ApiError.alreadyExists(SERVICES, name);
        }
        // The object comes first: a claim without an owner would be taken for an orphan.
        addresses.claim(spec, key);
        nodePorts.claim(spec, key);
        return service;
    }

    /** The ranges of pods and services are the cluster's own. */
    private void checkExternal(ServiceSpec spec) {
        for (int i = 0; i < spec.externalIPs().size(); i++) {
            checkExternal("spec.externalIPs[" + i + "]", spec.externalIPs().get(i));
        }
        if (spec.loadBalancerIP() != null) {
            checkExternal("spec.loadBalancerIP", spec.loadBalancerIP());
        }
    }

    private void checkExternal(String field, String text) {
        IpAddress address = IpAddress.parse(text);
        for (IpPrefix range : clusterRanges) {
            if (range.contains(address)) {
                throw ApiError.invalid(field + ": Invalid value: \"" + text + "\": is of the range " + range
                        + ", which is the cluster's own");
            }
        }
    }

    @Override
    public Applied apply(JsonNode object) {
        Service asked = Json.convert(object, Service.class);
        String namespace = ObjectRoutes.namespaceOf(asked.metadata());
        String key = Keys.service(namespace, asked.metadata().name());
        Service before = objects.get(key, Service.class).orElse(null);
        if (before == null) {
            return new Applied("created", create(object));
        }
        if (asked.spec().clusterIP() != null
                && asked.spec().isHeadless() != before.spec().isHeadless()) {
            throw ApiError.invalid("spec.clusterIP: Invalid value: \""
                    + asked.spec().clusterIP() + "\": field is immutable: delete the service and create it anew");
        }
        checkExternal(asked.spec());
        ServiceSpec wanted = addresses.choose(kept(asked.spec(), before.spec()), before.spec(), key);
        Service after = Service.of(
                before.metadata().describedAs(asked.metadata()), nodePorts.choose(wanted, before.spec(), key));
        if (after.equals(before)) {
            return new Applied("unchanged", before);
        }
        addresses.claim(after.spec(), key);
        nodePorts.claim(after.spec(), key);
        objects.put(key, after);
        addresses.release(before.spec(), after.spec(), key);
        nodePorts.release(before.spec(), after.spec(), key);
        return new Applied("configured", after);
    }

    @Override
    public void delete(String namespace, String name) {
        Service service = get(namespace, name);
        String key = Keys.service(namespace, name);
        objects.delete(key);
        addresses.release(service.spec(), null, key);
        nodePorts.release(service.spec(), null, key);
    }

    @Override
    public List<String> claimsOf(String key, JsonNode object) {
        String wanted = object.path("spec").path("clusterIP").asString("");
        String address = wanted.isEmpty() ? addresses.firstTried(key).toString() : wanted;
        String claim = Keys.CLAIMS + "/" + address;
        return Keys.isKey(claim) ? List.of(claim) : List.of();
    }

    /** A service stays headless though its manifest does not say it again. */
    private static ServiceSpec kept(ServiceSpec asked, ServiceSpec before) {
        return before.isHeadless() && asked.clusterIP() == null ? asked.asHeadless() : asked;
    }
}
