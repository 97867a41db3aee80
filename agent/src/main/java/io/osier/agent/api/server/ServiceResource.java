package io.osier.agent.api.server;

import io.osier.agent.ipam.AddressClaims;
import io.osier.agent.model.Json;
import io.osier.agent.model.Service;
import io.osier.agent.model.ServiceSpec;
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
    private final IpPrefix serviceRange;

    ServiceResource(ObjectStore objects, AddressClaims claims, IpPrefix serviceRange) {
        this.objects = objects;
        this.claims = claims;
        this.serviceRange = serviceRange;
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
        ServiceSpec spec = withAddress(asked.spec(), key);
        Service service = Service.of(asked.metadata().created(UUID.randomUUID().toString(), Instant.now()), spec);
        if (!objects.create(key, service)) {
            throw ApiError.alreadyExists(SERVICES, name);
        }
        // The object comes first: a claim without an owner would be taken for an orphan.
        if (!spec.isHeadless()) {
            claim(IpAddress.parse(String.valueOf(spec.clusterIP())), key);
        }
        return service;
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
        Service after = Service.of(
                before.metadata().describedAs(asked.metadata()),
                address == null ? asked.spec() : asked.spec().withClusterIp(address));
        if (after.equals(before)) {
            return new Applied("unchanged", before);
        }
        objects.put(key, after);
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
        return spec;
    }

    /** A start that follows from the name gives a service the same address again, if nobody took it meanwhile. */
    private IpAddress start(String key) {
        int hosts = 1 << Math.min(30, 32 - serviceRange.lengthBits());
        return IpAddress.v4(
                serviceRange.address().v4Bits() + 1 + Math.floorMod(key.hashCode() * 0x9e37_79b1, hosts - 3));
    }
}
