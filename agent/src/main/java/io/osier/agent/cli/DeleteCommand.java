package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.client.ApiException;
import io.osier.agent.model.Json;
import io.osier.agent.model.Manifest;
import io.osier.agent.model.ValidationException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code osier delete}. */
@Command(
        name = "delete",
        description = "Deletes objects by kind and name, or those of manifests; returns when they are gone.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier delete pod web-1 web-2",
            "  osier delete service/web",
            "  osier delete -f web.yaml",
            "  osier delete flows --pod web-1",
            "",
            "Deleting flows makes the connection table forget them, on all nodes unless --node names one: a packet that",
            "goes on with one is taken for a new flow's first."
        })
final class DeleteCommand extends ApiCommand {
    @Parameters(arity = "0..*", paramLabel = "KIND NAME", description = "What to delete")
    List<String> words = List.of();

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE",
            description = "A file of manifests, or - for standard input")
    List<Path> files = List.of();

    @Option(names = "--ignore-not-found", description = "What is not there is no error")
    boolean ignoreNotFound;

    @Option(names = "--all", description = "Flows only: all of them")
    boolean all;

    @Mixin
    FlowOptions flows = new FlowOptions();

    private static final int NOT_FOUND = 404;

    private boolean missing;

    @Override
    int run(ApiClient agent) throws InterruptedException {
        if (words.isEmpty() == files.isEmpty()) {
            throw CliException.usage("delete: say KIND NAME, or -f FILE");
        }
        for (Path file : files) {
            deleteManifests(agent, ManifestFile.read(file));
        }
        if (!words.isEmpty()) {
            deleteNamed(agent);
        }
        return missing ? 1 : 0;
    }

    /** Kind and name are all that a deletion needs: whatever else is wrong with a manifest, its object can be deleted. */
    private void deleteManifests(ApiClient agent, ManifestFile file) throws InterruptedException {
        BulkOutput output = new BulkOutput(out(), spec.commandLine().getErr());
        try (BulkSender<Manifest> sender = new BulkSender<>(
                agent, "/osier/v1/delete?namespace=" + encode(options().namespace), new Listener(agent, output))) {
            for (Manifest manifest : file.manifests()) {
                try {
                    checkNamespace(manifest);
                    ObjectNode object = Json.object()
                            .put("apiVersion", manifest.kind().apiVersion())
                            .put("kind", manifest.kind().word());
                    object.putObject("metadata")
                            .put("name", manifest.name())
                            .put("namespace", manifest.namespace(options().namespace));
                    sender.add(manifest, object);
                } catch (ValidationException e) {
                    sender.skip(file.name() + ": " + e.getMessage());
                }
            }
            sender.finish();
        }
        missing |= output.failures() > 0;
    }

    private final class Listener implements BulkSender.Listener<Manifest> {
        private final ApiClient agent;
        private final BulkOutput output;

        Listener(ApiClient agent, BulkOutput output) {
            this.agent = agent;
            this.output = output;
        }

        @Override
        public void done(Manifest manifest, String result) throws InterruptedException {
            Kinds kind = Kinds.of("delete", manifest.kind().plural());
            if (kind == Kinds.PODS) {
                output.flush();
                String path = path(kind, manifest.name(), manifest.namespace(options().namespace));
                new PodWaiter(agent, path, spec.commandLine().getErr()).untilGone(manifest.name());
            }
            output.say(kind.singular() + " \"" + manifest.name() + "\" deleted");
        }

        @Override
        public void refused(Manifest manifest, int code, String message) {
            if (code != NOT_FOUND || !ignoreNotFound) {
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

    private void deleteNamed(ApiClient agent) throws InterruptedException {
        if (words.get(0).contains("/")) {
            for (String word : words) {
                int slash = word.indexOf('/');
                if (slash < 0) {
                    throw CliException.usage("delete: " + word + ": write KIND/NAME");
                }
                delete(
                        agent,
                        Kinds.of("delete", word.substring(0, slash)),
                        word.substring(slash + 1),
                        options().namespace);
            }
            return;
        }
        Kinds kind = Kinds.of("delete", words.get(0));
        if (kind == Kinds.FLOWS) {
            deleteFlows(agent);
            return;
        }
        flows.refuse("delete", kind);
        if (words.size() == 1) {
            throw CliException.usage("delete: say which " + kind.singular());
        }
        for (String name : words.subList(1, words.size())) {
            delete(agent, kind, name, options().namespace);
        }
    }

    private void deleteFlows(ApiClient agent) {
        if (words.size() > 1) {
            throw CliException.usage("delete: flows have no names: leave out " + words.get(1));
        }
        if (flows.isEmpty() && !all) {
            throw CliException.usage("delete: say which flows: --pod, --service, --backend, --state or --all");
        }
        JsonNode answer = agent.delete(flowsPath(flows) + (all ? "&all=true" : ""));
        int deleted = answer.path("items")
                .valueStream()
                .mapToInt(item -> item.path("deleted").asInt())
                .sum();
        print(deleted + (deleted == 1 ? " flow deleted\n" : " flows deleted\n"));
        for (JsonNode silent : answer.path("unreachable")) {
            spec.commandLine().getErr().println("osier: delete: node " + silent.asString() + " did not answer");
            missing = true;
        }
    }

    private void delete(ApiClient agent, Kinds kind, String name, String namespace) throws InterruptedException {
        if (!kind.isObject()) {
            throw CliException.usage("delete: " + kind.plural() + " cannot be deleted");
        }
        String path = path(kind, name, namespace);
        try {
            agent.delete(path);
            if (kind == Kinds.PODS) {
                new PodWaiter(agent, path, spec.commandLine().getErr()).untilGone(name);
            }
            print(kind.singular() + " \"" + name + "\" deleted\n");
        } catch (ApiException e) {
            if (!e.isNotFound()) {
                throw e;
            }
            if (!ignoreNotFound) {
                spec.commandLine().getErr().println("osier: delete: " + e.getMessage());
                missing = true;
            }
        }
    }
}
