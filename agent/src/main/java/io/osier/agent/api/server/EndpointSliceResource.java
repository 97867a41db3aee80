package io.osier.agent.api.server;

import io.osier.agent.model.EndpointSlice;
import io.osier.agent.model.Json;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** Endpoint slices: given by hand, for services without a selector. */
final class EndpointSliceResource implements Resource {
    private static final String SLICES = "endpointslices";

    private final ObjectStore objects;

    EndpointSliceResource(ObjectStore objects) {
        this.objects = objects;
    }

    @Override
    public List<EndpointSlice> list() {
        return objects.list(Keys.ENDPOINT_SLICES, EndpointSlice.class);
    }

    @Override
    public EndpointSlice get(String namespace, String name) {
        return objects.get(Keys.endpointSlice(namespace, name), EndpointSlice.class)
                .orElseThrow(() -> ApiError.notFound(SLICES, name));
    }

    @Override
    public EndpointSlice create(JsonNode object) {
        EndpointSlice asked = Json.convert(object, EndpointSlice.class);
        EndpointSlice slice =
                asked.with(asked.metadata().created(UUID.randomUUID().toString(), Instant.now()));
        if (!objects.create(keyOf(slice), slice)) {
            throw ApiError.alreadyExists(SLICES, slice.metadata().name());
        }
        return slice;
    }

    @Override
    public Applied apply(JsonNode object) {
        EndpointSlice asked = Json.convert(object, EndpointSlice.class);
        EndpointSlice before = objects.get(keyOf(asked), EndpointSlice.class).orElse(null);
        if (before == null) {
            return new Applied("created", create(object));
        }
        if (!asked.addressType().equals(before.addressType())) {
            throw ApiError.invalid("addressType: Invalid value: \"" + asked.addressType()
                    + "\": field is immutable: delete the slice and create it anew");
        }
        EndpointSlice after = asked.with(before.metadata().describedAs(asked.metadata()));
        if (after.equals(before)) {
            return new Applied("unchanged", before);
        }
        objects.put(keyOf(asked), after);
        return new Applied("configured", after);
    }

    @Override
    public void delete(String namespace, String name) {
        if (!objects.delete(Keys.endpointSlice(namespace, name))) {
            throw ApiError.notFound(SLICES, name);
        }
    }

    private static String keyOf(EndpointSlice slice) {
        return Keys.endpointSlice(
                ObjectRoutes.namespaceOf(slice.metadata()), slice.metadata().name());
    }
}
