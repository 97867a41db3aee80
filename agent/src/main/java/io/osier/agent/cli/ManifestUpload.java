package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.model.Manifest;
import io.osier.agent.model.ValidationException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** Has an agent apply or create the objects of manifests, and says what became of each. */
final class ManifestUpload {
    private final String verb;
    private final String path;
    private final Consumer<Manifest> check;
    private final BulkOutput output;

    /**
     * @param verb {@code apply} or {@code create}
     * @param check throws what is wrong with an object beyond what it says of itself
     */
    ManifestUpload(String verb, GlobalOptions options, Consumer<Manifest> check, BulkOutput output) {
        this.verb = verb;
        this.check = check;
        this.output = output;
        path = "/osier/v1/" + verb + "?namespace=" + ApiCommand.encode(options.namespace)
                + (options.output.isTree() ? "&objects=true" : "");
    }

    /** Sends the objects of these files in their order; 0 if nothing was wrong with any. */
    int send(ApiClient agent, List<Path> files) throws InterruptedException {
        try {
            for (Path file : files) {
                send(agent, ManifestFile.read(file));
            }
        } finally {
            output.finish();
        }
        return output.failures() == 0 ? 0 : 1;
    }

    private void send(ApiClient agent, ManifestFile file) throws InterruptedException {
        try (BulkSender<Manifest> sender = new BulkSender<>(agent, path, new Listener(file.name()))) {
            for (Manifest manifest : file.manifests()) {
                try {
                    check.accept(manifest);
                    sender.add(manifest, manifest.checked());
                } catch (ValidationException e) {
                    sender.skip(file.name() + ": " + e.getMessage());
                }
            }
            sender.finish();
        }
    }

    private final class Listener implements BulkSender.Listener<Manifest> {
        private final String file;

        Listener(String file) {
            this.file = file;
        }

        @Override
        public void done(Manifest manifest, String result, JsonNode object) {
            output.done(Kinds.of(verb, manifest.kind().plural()), manifest.name(), result, object);
        }

        @Override
        public void refused(Manifest manifest, int code, String message) {
            output.complain(file + ": " + manifest.placed(message));
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
