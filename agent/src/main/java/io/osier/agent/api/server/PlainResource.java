package io.osier.agent.api.server;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Json;
import io.osier.agent.model.Kind;
import io.osier.agent.model.NetworkPolicy;
import io.osier.agent.model.ObjectMeta;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/** Objects that are what their manifests say: nothing is chosen for them, and nothing claimed. */
final class PlainResource<T> implements Resource {
    /**
     * What a kind's objects are.
     *
     * @param with the same object under other metadata
     * @param checkChange throws {@link ApiError} if an object may not become another one; it is told both
     */
    record Shape<T>(
            Kind kind,
            Class<T> type,
            Function<T, ObjectMeta> metadata,
            BiFunction<T, ObjectMeta, T> with,
            BiConsumer<T, T> checkChange) {}

    /** Given by hand, for services without a selector. */
    private static final Shape<EndpointSlice> ENDPOINT_SLICE = new Shape<>(
            Kind.ENDPOINT_SLICE,
            EndpointSlice.class,
            EndpointSlice::metadata,
            EndpointSlice::with,
            PlainResource::checkAddressType);

    private static final Shape<NetworkPolicy> NETWORK_POLICY = new Shape<>(
            Kind.NETWORK_POLICY,
            NetworkPolicy.class,
            NetworkPolicy::metadata,
            NetworkPolicy::with,
            (before, after) -> {});

    private final ObjectStore objects;
    private final Shape<T> shape;
    private final String plural;
    private final String qualified;

    private PlainResource(ObjectStore objects, Shape<T> shape) {
        this.objects = objects;
        this.shape = shape;
        this.plural = shape.kind().plural();
        this.qualified = shape.kind().qualified(plural);
    }

    static PlainResource<EndpointSlice> endpointSlices(ObjectStore objects) {
        return new PlainResource<>(objects, ENDPOINT_SLICE);
    }

    static PlainResource<NetworkPolicy> networkPolicies(ObjectStore objects) {
        return new PlainResource<>(objects, NETWORK_POLICY);
    }

    private static void checkAddressType(EndpointSlice before, EndpointSlice after) {
        if (!after.addressType().equals(before.addressType())) {
            throw ApiError.invalid("addressType: Invalid value: \"" + after.addressType()
                    + "\": field is immutable: delete the slice and create it anew");
        }
    }

    @Override
    public List<T> list() {
        return objects.list(plural, shape.type());
    }

    @Override
    public T get(String namespace, String name) {
        return objects.get(key(namespace, name), shape.type()).orElseThrow(() -> ApiError.notFound(qualified, name));
    }

    @Override
    public T create(JsonNode object) {
        T asked = Json.convert(object, shape.type());
        ObjectMeta metadata =
                shape.metadata().apply(asked).created(UUID.randomUUID().toString(), Instant.now());
        T created = shape.with().apply(asked, metadata);
        if (!objects.create(keyOf(created), created)) {
            throw ApiError.alreadyExists(qualified, metadata.name());
        }
        return created;
    }

    @Override
    public Applied apply(JsonNode object) {
        T asked = Json.convert(object, shape.type());
        Optional<T> present = objects.get(keyOf(asked), shape.type());
        if (present.isEmpty()) {
            return new Applied("created", create(object));
        }
        T before = present.get();
        shape.checkChange().accept(before, asked);
        ObjectMeta metadata =
                shape.metadata().apply(before).describedAs(shape.metadata().apply(asked));
        T after = shape.with().apply(asked, metadata);
        if (after.equals(before)) {
            return new Applied("unchanged", before);
        }
        objects.put(keyOf(asked), after);
        return new Applied("configured", after);
    }

    @Override
    public void delete(String namespace, String name) {
        if (!objects.delete(key(namespace, name))) {
            throw ApiError.notFound(qualified, name);
        }
    }

    private String keyOf(T object) {
        ObjectMeta metadata = shape.metadata().apply(object);
        return key(ObjectRoutes.namespaceOf(metadata), metadata.name());
    }

    private String key(String namespace, String name) {
        return Keys.object(plural, namespace, name);
    }
}
