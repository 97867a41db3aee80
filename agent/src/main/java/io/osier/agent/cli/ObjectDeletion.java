package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.model.Json;
import io.osier.agent.model.Kind;
import java.io.PrintWriter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Has an agent delete objects, many at a time, and says of each that it is deleted. */
final class ObjectDeletion implements AutoCloseable {
    private static final int NOT_FOUND = 404;

    private final BulkSender<Target> sender;

    /** One object. */
    private record Target(Kinds kind, String name, String namespace) {}

    /**
     * How objects are deleted.
     *
     * @param ignoreNotFound whether it is no failure that one is not there
     * @param awaitsPods whether a pod has to be gone before it is called deleted
     */
    record Manner(boolean ignoreNotFound, boolean awaitsPods) {}

    ObjectDeletion(ApiClient agent, GlobalOptions options, Manner manner, BulkOutput output, PrintWriter err) {
        String path = "/osier/v1/delete?namespace=" + ApiCommand.encode(options.namespace);
        sender = new BulkSender<>(agent, path, new Listener(agent, options.output, manner, output, err));
    }

    void add(Kinds kind, String name, String namespace) throws InterruptedException {
        Kind model = Kind.ofPlural(kind.plural()).orElseThrow();
        ObjectNode object = Json.object().put("apiVersion", model.apiVersion()).put("kind", model.word());
        object.putObject("metadata").put("name", name).put("namespace", namespace);
        sender.add(new Target(kind, name, namespace), object);
    }

    /** Says this in place of an object that cannot be deleted. */
    void skip(String complaint) {
        sender.skip(complaint);
    }

    /** Returns when all that was added is dealt with. */
    void finish() throws InterruptedException {
        sender.finish();
    }

    @Override
    public void close() {
        sender.close();
    }

    private record Listener(ApiClient agent, OutputFormat format, Manner manner, BulkOutput output, PrintWriter err)
            implements BulkSender.Listener<Target> {
        @Override
        public void done(Target target, String result, JsonNode object) throws InterruptedException {
            if (target.kind() == Kinds.PODS && manner.awaitsPods()) {
                output.flush();
                String path = ApiCommand.path(target.kind(), target.name(), target.namespace());
                try {
                    new PodWaiter(agent, path, err).untilGone(target.name());
                } catch (CliException e) {
                    output.complain(String.valueOf(e.getMessage())); // the others may be gone all the same
                    return;
                }
            }
            output.say(
                    format == OutputFormat.NAME
                            ? target.kind().qualified() + "/" + target.name()
                            : target.kind().qualified() + " \"" + target.name() + "\" deleted");
        }

        @Override
        public void refused(Target target, int code, String message) {
            if (code != NOT_FOUND || !manner.ignoreNotFound()) {
                output.complain("delete: " + message);
            }
        }

        @Override
        public void skipped(String complaint) {
            output.complain(complaint);
        }

        @Override
        public void pause() {
            output.flush();
        }
    }
}
