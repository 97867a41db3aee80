package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.cli.ResourceArguments.Ref;
import io.osier.agent.model.Manifest;
import io.osier.agent.model.ValidationException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code osier delete}. */
@Command(
        name = "delete",
        description = "Deletes objects by kind and name, by labels, or those of manifests; returns when they are gone.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier delete pod web-1 web-2",
            "  osier delete service/web",
            "  osier delete pods -l app=web",
            "  osier delete -f web.yaml",
            "  osier delete flows --pod web-1",
            "",
            "Deleting flows makes the connection table forget them, on all nodes unless --node names one: a packet that",
            "goes on with one is taken for a new flow's first."
        })
final class DeleteCommand extends ApiCommand {
    @Parameters(arity = "0..*", paramLabel = "KIND NAME", description = "What to delete; KIND/NAME, too")
    List<String> words = List.of();

    @Mixin
    FilenameOptions files = new FilenameOptions();

    @Option(
            names = {"-l", "--selector"},
            paramLabel = "SELECTOR",
            description = "Those with these labels, as 'osier get' has them")
    List<String> selector = List.of();

    @Option(names = "--ignore-not-found", description = "What is not there is no error")
    boolean ignoreNotFound;

    @Option(names = "--all", description = "All of the kind; with flows, all flows")
    boolean all;

    @Option(
            names = "--wait",
            arity = "0..1",
            paramLabel = "true|false",
            defaultValue = "true",
            fallbackValue = "true",
            description = "Whether to return only when pods are gone; true if left out")
    boolean wait = true;

    @Option(
            names = {"--force", "--now"},
            description = "Accepted for kubectl's sake: pods are always ended at once")
    boolean force;

    @Option(
            names = "--grace-period",
            paramLabel = "SECONDS",
            description = "Accepted for kubectl's sake: pods are always ended at once")
    @Nullable
    Integer gracePeriod;

    @Mixin
    FlowOptions flows = new FlowOptions();

    private ResourceArguments arguments = new ResourceArguments(List.of(), List.of());
    private Selector picked = new Selector("delete", List.of());

    @Override
    void prepare() {
        if (words.isEmpty() != files.isGiven()) {
            throw CliException.usage("delete: say KIND NAME, or -f FILE");
        }
        boolean some = all || !selector.isEmpty();
        if (words.isEmpty()) {
            flows.refuseManifests("delete");
            if (some) {
                throw CliException.usage("delete: " + (all ? "--all" : "-l") + " goes with a kind, not with -f");
            }
            return;
        }
        arguments = ResourceArguments.parse("delete", words);
        picked = new Selector("delete", selector);
        if (arguments.kinds().equals(List.of(Kinds.FLOWS))) {
            arguments.checkNames("delete");
            checkFlows();
            return;
        }
        for (Kinds kind : arguments.kinds()) {
            flows.refuse("delete", kind);
            if (!kind.isObject()) {
                throw CliException.usage("delete: " + kind.plural() + " cannot be deleted"
                        + (kind == Kinds.FLOWS ? " together with others" : ""));
            }
        }
        if (some && !arguments.named().isEmpty()) {
            throw CliException.usage("delete: " + (all ? "--all" : "-l") + " goes with a kind alone: leave out "
                    + arguments.named().get(0).name());
        }
        if (!some && arguments.named().isEmpty()) {
            throw CliException.usage(
                    "delete: say which " + arguments.kinds().get(0).singular() + ", or --all, or -l with labels");
        }
    }

    private void checkFlows() {
        if (!selector.isEmpty()) {
            throw CliException.usage("delete: -l is for objects with labels, not for flows");
        }
        if (options().output == OutputFormat.NAME) {
            throw CliException.usage("delete: -o name is not offered for flows: they have none");
        }
        if (flows.isEmpty() && !all) {
            throw CliException.usage("delete: say which flows: --pod, --service, --backend, --state or --all");
        }
    }

    @Override
    Set<OutputFormat> formats() {
        return OutputFormat.NAMES;
    }

    @Override
    int run(ApiClient agent) throws InterruptedException {
        if (arguments.kinds().contains(Kinds.FLOWS)) {
            return deleteFlows(agent);
        }
        BulkOutput output = output();
        try (ObjectDeletion deletion = new ObjectDeletion(
                agent,
                options(),
                new ObjectDeletion.Manner(ignoreNotFound, wait),
                output,
                spec.commandLine().getErr())) {
            for (Path file : files.files()) {
                addManifests(deletion, ManifestFile.read(file));
            }
            for (Ref ref : arguments.named()) {
                deletion.add(ref.kind(), ref.name(), options().namespace);
            }
            if (!words.isEmpty() && arguments.named().isEmpty()) {
                addPicked(agent, deletion);
            }
            deletion.finish();
        }
        return output.failures() > 0 ? 1 : 0;
    }

    /** Kind and name are all that a deletion needs: whatever else is wrong with a manifest, its object can be deleted. */
    private void addManifests(ObjectDeletion deletion, ManifestFile file) throws InterruptedException {
        for (Manifest manifest : file.manifests()) {
            try {
                checkNamespace(manifest);
                deletion.add(
                        Kinds.of("delete", manifest.kind().plural()),
                        manifest.name(),
                        manifest.namespace(options().namespace));
            } catch (ValidationException e) {
                deletion.skip(file.name() + ": " + e.getMessage());
            }
        }
    }

    private void addPicked(ApiClient agent, ObjectDeletion deletion) throws InterruptedException {
        boolean none = true;
        for (Kinds kind : arguments.kinds()) {
            for (JsonNode object : agent.get(path(kind, "")).path("items")) {
                if (picked.picks(object)) {
                    JsonNode metadata = object.path("metadata");
                    deletion.add(kind, metadata.path("name").asString(""), options().namespace);
                    none = false;
                }
            }
        }
        if (none) {
            sayNothingFound(true);
        }
    }

    private int deleteFlows(ApiClient agent) {
        JsonNode answer = agent.delete(flowsPath(flows) + (all ? "&all=true" : ""));
        int deleted = answer.path("items")
                .valueStream()
                .mapToInt(item -> item.path("deleted").asInt())
                .sum();
        print(deleted + (deleted == 1 ? " flow deleted\n" : " flows deleted\n"));
        JsonNode silent = answer.path("unreachable");
        silent.forEach(node -> complain("delete: node " + node.asString() + " did not answer"));
        return silent.isEmpty() ? 0 : 1;
    }
}
