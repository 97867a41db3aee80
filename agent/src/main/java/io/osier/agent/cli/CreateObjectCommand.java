package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.model.Json;
import io.osier.agent.model.Kind;
import io.osier.agent.model.Manifests;
import io.osier.agent.model.ValidationException;
import java.util.Set;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Creates one object, which the words describe. */
abstract class CreateObjectCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "NAME", description = "What it is called")
    String name = "";

    private final Kinds kind;
    private ObjectNode object = Json.object();

    CreateObjectCommand(Kinds kind) {
        this.kind = kind;
    }

    /** Adds what the words say, to an object that has its kind and its name. */
    abstract void describe(ObjectNode object);

    /** Returns when the object is ready for use, with what has become of it. */
    JsonNode await(ApiClient agent, JsonNode created) throws InterruptedException {
        return created;
    }

    @Override
    final void prepare() {
        if (parent instanceof CreateCommand create && create.files.isGiven()) {
            throw CliException.usage("create: -f goes without " + kind.singular() + " " + name);
        }
        Kind model = Kind.ofPlural(kind.plural()).orElseThrow();
        object = Json.object().put("apiVersion", model.apiVersion()).put("kind", model.word());
        ObjectNode metadata = object.putObject("metadata").put("name", name);
        if (kind.isNamespaced()) {
            metadata.put("namespace", options().namespace);
        }
        describe(object);
        try {
            Manifests.validated(object, model);
        } catch (ValidationException e) {
            throw CliException.usage("create " + kind.singular() + ": " + e.getMessage());
        }
    }

    @Override
    final Set<OutputFormat> formats() {
        return OutputFormat.ALL;
    }

    @Override
    final int run(ApiClient agent) throws InterruptedException {
        JsonNode created = await(agent, agent.post(path(kind, ""), object));
        BulkOutput output = output();
        output.done(kind, name, "created", created);
        output.finish();
        return 0;
    }
}
