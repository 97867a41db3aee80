package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code osier logs}. */
@Command(
        name = "logs",
        description = "Prints what the commands of a pod's containers have printed.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier logs web-1",
            "  osier logs web-1 -c proxy",
            "  osier logs web-1 --all-containers --prefix",
            "  osier logs -f --tail 20 web-1",
            "  osier logs -l app=web --prefix"
        })
final class LogsCommand extends ApiCommand {
    private static final long LOOK_MILLIS = 300;
    private static final long ALL_LINES = -1;

    /** As of kubectl: of many pods nobody reads everything. */
    private static final long LINES_OF_MANY = 10;

    @Parameters(index = "0", arity = "0..1", paramLabel = "POD", description = "Whose; pod/NAME, too")
    @Nullable
    String pod;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on as it prints more")
    boolean follow;

    @Option(
            names = {"-l", "--selector"},
            paramLabel = "SELECTOR",
            description = "Of all pods with these labels, one after the other: as 'osier get' has them")
    List<String> selector = List.of();

    @Option(
            names = {"-c", "--container"},
            paramLabel = "CONTAINER",
            description = "Of which of the pod's containers; the first that has a command if left out")
    @Nullable
    String container;

    @Option(names = "--all-containers", description = "Of all containers of the pod, one after the other")
    boolean allContainers;

    @Option(
            names = "--tail",
            paramLabel = "LINES",
            description = "Only so many of the last lines, -1 for all; 10 with -l, or else -1")
    @Nullable
    Long tail;

    @Option(names = "--prefix", description = "Begin each line with [pod/NAME/CONTAINER]")
    boolean prefix;

    private String name = "";
    private Selector picked = new Selector("logs", List.of());

    @Override
    void prepare() {
        if ((pod == null) == selector.isEmpty()) {
            throw CliException.usage("logs: name a pod, or say which by -l, and not both");
        }
        if (allContainers && container != null) {
            throw CliException.usage("logs: --all-containers and -c " + container + ": say one of them");
        }
        if (tail != null && tail < ALL_LINES) {
            throw CliException.usage("logs: --tail must be " + ALL_LINES + " or more: " + tail);
        }
        name = pod == null ? "" : podNamed("logs", pod);
        picked = new Selector("logs", selector);
    }

    @Override
    int run(ApiClient agent) throws InterruptedException {
        List<PodLog> logs = logs(agent);
        if (logs.isEmpty()) {
            sayNothingFound(false);
            return 0;
        }
        do {
            for (PodLog log : logs) {
                do {
                    stdout().write(log.next(agent));
                } while (log.isBehind());
            }
            if (follow) {
                Thread.sleep(LOOK_MILLIS);
            }
        } while (follow);
        return 0;
    }

    private List<PodLog> logs(ApiClient agent) {
        if (pod != null) {
            return logs(agent.get(path(Kinds.PODS, name)), ALL_LINES).toList();
        }
        return agent.get(path(Kinds.PODS, ""))
                .path("items")
                .valueStream()
                .filter(picked::picks)
                .flatMap(found -> logs(found, LINES_OF_MANY))
                .toList();
    }

    private Stream<PodLog> logs(JsonNode found, long lines) {
        PodContainers containers = PodContainers.of(found);
        return chosen(containers).stream().map(each -> log(containers, each, lines));
    }

    private List<String> chosen(PodContainers containers) {
        if (container != null) {
            containers.check("logs", container);
            return List.of(container);
        }
        if (allContainers) {
            return containers.names();
        }
        String standard = containers.standard();
        if (containers.areAmbiguous()) {
            spec.commandLine()
                    .getErr()
                    .println("Defaulted container \"" + standard + "\" out of: "
                            + String.join(", ", containers.names()));
        }
        return List.of(standard);
    }

    private PodLog log(PodContainers containers, String its, long lines) {
        String path = "/osier/v1/pods/" + encode(containers.pod()) + "/log?namespace=" + encode(options().namespace)
                + (containers.names().size() > 1 ? "&container=" + encode(its) : "");
        String beginning = prefix ? "[pod/" + containers.pod() + "/" + its + "] " : "";
        return new PodLog(path, beginning, tail == null ? lines : tail);
    }
}
