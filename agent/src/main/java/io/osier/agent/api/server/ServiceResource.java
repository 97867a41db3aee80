package io.osier.agent.api.server;

import io.osier.agent.ipam.AddressClaims;
import io.osier.agent.model.Json;
import io.osier.agent.model.Service;
import io.osier.agent.model.ServiceSpec;
import io.osier.agent.reconcile.HostAddresses;
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
    private final AddressClaims claims;
    private final NodePorts nodePorts;
    private final IpPrefix serviceRange;
    private final IpPrefix podRange;

    ServiceResource(
            ObjectStore objects, AddressClaims claims, NodePorts nodePorts, IpPrefix serviceRange, IpPrefix podRange) {
        this.objects = objects;
        this.claims = claims;
        this.nodePorts = nodePorts;
        this.serviceRange = serviceRange;
        this.podRange = podRange;
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
        ServiceSpec spec = nodePorts.choose(withAddress(asked.spec(), key), null, key);
        Service service = Service.of(asked.metadata().created(UUID.randomUUID().toString(), Instant.now()), spec);
        if (!objects.create(key, service)) {
            throw ApiError.alreadyExists(SERVICES, name);
        }
        // The object comes first: a claim without an owner would be taken for an orphan.
        if (!spec.isHeadless()) {
            claim(IpAddress.parse(String.valueOf(spec.clusterIP())), key);
        }
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
        if (serviceRange.contains(address) || podRange.contains(address)) {
            throw ApiError.invalid(field + ": Invalid value: \"" + text + "\": is of the range "
                    + (podRange.contains(address) ? podRange : serviceRange) + ", which is the cluster's own");
        }
    }

    private void claim(IpAddress address, String key) {
        if (!claims.claim(address, key)) {
            throw ApiError.invalid("spec.clusterIP: Invalid value: \"" + address
                    + "\": provided IP is already allocated to "
                    + claims.ownerOf(address).orElse("somebody else"));
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
        String address = before.spec().clusterIP();
        if (asked.spec().clusterIP() != null && !asked.spec().clusterIP().equals(address)) {
            throw ApiError.invalid("spec.clusterIP: Invalid value: \""
                    + asked.spec().clusterIP() + "\": field is immutable: delete the service and create it anew");
        }
        checkExternal(asked.spec());
        ServiceSpec wanted = address == null ? asked.spec() : asked.spec().withClusterIp(address);
        Service after = Service.of(
                before.metadata().describedAs(asked.metadata()), nodePorts.choose(wanted, before.spec(), key));
        if (after.equals(before)) {
            return new Applied("unchanged", before);
        }
        nodePorts.claim(after.spec(), key);
        objects.put(key, after);
        nodePorts.release(before.spec(), after.spec(), key);
        return new Applied("configured", after);
    }

    @Override
    public void delete(String namespace, String name) {
        Service service = get(namespace, name);
        String key = Keys.service(namespace, name);
        objects.delete(key);
        String address = service.spec().clusterIP();
        if (address != null && !service.spec().isHeadless()) {
            claims.release(IpAddress.parse(address), key);
        }
        nodePorts.release(service.spec(), null, key);
    }

    @Override
    public List<String> claimsOf(String key, JsonNode object) {
        String wanted = object.path("spec").path("clusterIP").asString("");
        String address =
                wanted.isEmpty() ? AddressClaims.after(serviceRange, start(key)).toString() : wanted;
        String claim = Keys.CLAIMS + "/" + address;
        return Keys.isKey(claim) ? List.of(claim) : List.of();
    }

    private ServiceSpec withAddress(ServiceSpec spec, String key) {
        String wanted = spec.clusterIP();
        if (wanted == null) {
            return claims.nextFree(serviceRange, start(key))
                    .map(address -> spec.withClusterIp(address.toString()))
                    .orElseThrow(() ->
                            new ApiError(507, "InsufficientStorage", "every address of " + serviceRange + " is taken"));
        }
        if (!spec.isHeadless() && !serviceRange.contains(IpAddress.parse(wanted))) {
            throw ApiError.invalid(
                    "spec.clusterIP: Invalid value: \"" + wanted + "\": not in the service range " + serviceRange);
        }
        if (!spec.isHeadless() && HostAddresses.of(serviceRange).isReserved(IpAddress.parse(wanted))) {
            throw ApiError.invalid("spec.clusterIP: Invalid value: \"" + wanted
                    + "\": the first and the last of the service range stand for node ports");
        }
        return spec;
    }

    /** A start that follows from the name gives a service the same address again, if nobody took it meanwhile. */
    private IpAddress start(String key) {
        int hosts = 1 << Math.min(30, 32 - serviceRange.lengthBits());
        return IpAddress.v4(
                serviceRange.address().v4Bits() + 1 + Math.floorMod(key.hashCode() * 0x9e37_79b1, hosts - 3));
    }
}
