package io.osier.agent.api.server;

import io.osier.agent.ipam.AddressClaims;
import io.osier.agent.model.Json;
import io.osier.agent.model.ObjectMeta;
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
import tools.jackson.databind.node.ObjectNode;

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
        checkAddress(asked.spec());
        Service service = Service.of(
                asked.metadata().created(UUID.randomUUID().toString(), Instant.now()), withoutAddress(asked.spec()));
        if (!objects.create(key, service)) {
            throw ApiError.alreadyExists(SERVICES, name);
        }
        // The object comes first: a claim without an owner would be taken for an orphan.
        try {
            ServiceSpec spec = withAddress(asked.spec(), key);
            return objects.update(key, Service.class, present -> Service.of(present.metadata(), spec))
                    .orElseThrow(() -> ApiError.notFound(SERVICES, name));
        } catch (ApiError e) {
            objects.delete(key);
            throw e;
        }
    }

    @Override
    public ObjectNode apply(JsonNode object) {
        Service asked = Json.convert(object, Service.class);
        String namespace = ObjectRoutes.namespaceOf(asked.metadata());
        String key = Keys.service(namespace, asked.metadata().name());
        if (objects.get(key, Service.class).isEmpty()) {
            return Resource.applied("created", create(object));
        }
        Service before = get(namespace, asked.metadata().name());
        String address = before.spec().clusterIP();
        if (asked.spec().clusterIP() != null && !asked.spec().clusterIP().equals(address)) {
            throw ApiError.invalid("spec.clusterIP: Invalid value: \""
                    + asked.spec().clusterIP() + "\": field is immutable: delete the service and create it anew");
        }
        Service after = objects.update(
                        key,
                        Service.class,
                        present -> Service.of(
                                new ObjectMeta(
                                        present.metadata().name(),
                                        present.metadata().namespace(),
                                        asked.metadata().labels(),
                                        asked.metadata().annotations(),
                                        present.metadata().uid(),
                                        present.metadata().creationTimestamp(),
                                        null),
                                address == null ? asked.spec() : asked.spec().withClusterIp(address)))
                .orElseThrow(() -> ApiError.notFound(SERVICES, asked.metadata().name()));
        return Resource.applied(after.equals(before) ? "unchanged" : "configured", after);
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

    private void checkAddress(ServiceSpec spec) {
        String address = spec.clusterIP();
        if (address != null && !spec.isHeadless() && !serviceRange.contains(IpAddress.parse(address))) {
            throw ApiError.invalid(
                    "spec.clusterIP: Invalid value: \"" + address + "\": not in the service range " + serviceRange);
        }
    }

    private static ServiceSpec withoutAddress(ServiceSpec spec) {
        return new ServiceSpec(
                spec.type(),
                null,
                List.of(),
                spec.selector(),
                spec.ports(),
                spec.sessionAffinity(),
                spec.publishNotReadyAddresses());
    }

    private ServiceSpec withAddress(ServiceSpec spec, String owner) {
        String wanted = spec.clusterIP();
        if (wanted == null) {
            // A start that follows from the name gives a service the same address again, if nobody took it meanwhile.
            int hosts = 1 << Math.min(30, 32 - serviceRange.lengthBits());
            IpAddress start = IpAddress.v4(
                    serviceRange.address().v4Bits() + 1 + Math.floorMod(owner.hashCode() * 0x9e37_79b1, hosts - 3));
            return claims.claimNext(serviceRange, start, owner)
                    .map(address -> spec.withClusterIp(address.toString()))
                    .orElseThrow(() ->
                            new ApiError(507, "InsufficientStorage", "every address of " + serviceRange + " is taken"));
        }
        if (!spec.isHeadless() && !claims.claim(IpAddress.parse(wanted), owner)) {
            throw ApiError.invalid("spec.clusterIP: Invalid value: \"" + wanted
                    + "\": provided IP is already allocated to "
                    + claims.ownerOf(IpAddress.parse(wanted)).orElse("somebody else"));
        }
        return spec;
    }
}
