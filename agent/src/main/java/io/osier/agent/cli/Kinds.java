package io.osier.agent.cli;

import io.osier.agent.model.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What {@code get}, {@code describe} and {@code delete} know, by all the names that kubectl's users try. */
enum Kinds {
    PODS("pod", true, "po"),
    SERVICES("service", true, "svc"),
    ENDPOINTS("endpoints", true, "endpoint", "ep"),
    ENDPOINTSLICES("endpointslice", true),
    NETWORKPOLICIES("networkpolicy", true, "netpol"),
    NODES("node", true, "no"),
    ROUTES("route", false),
    FDB("fdb", false),
    FLOWS("flow", false),
    LEASES("lease", false);

    /** What kubectl's users mean by {@code all}: by far not all. */
    private static final List<Kinds> ALL = List.of(PODS, SERVICES);

    private final String singular;
    private final boolean object;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> otherNames;

    Kinds(String singular, boolean object, String... otherNames) {
        this.singular = singular;
        this.object = object;
        this.otherNames = List.of(otherNames);
    }

    /** Whether it is an object of the cluster, and not something that a node's dataplane tells. */
    boolean isObject() {
        return object;
    }

    String singular() {
        return singular;
    }

    String plural() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** How one is called where kinds of other API groups might be, too: {@code networkpolicy.networking.k8s.io}. */
    String qualified() {
        return qualified(singular);
    }

    private String qualified(String word) {
        return Kind.ofPlural(plural()).map(kind -> kind.qualified(word)).orElse(word);
    }

    private Stream<String> names() {
        Stream<String> words = Stream.concat(Stream.of(plural(), singular), otherNames.stream());
        return words.flatMap(word -> Stream.of(word, qualified(word)));
    }

    /** Whether its objects are in a Kubernetes namespace. */
    boolean isNamespaced() {
        return object && this != NODES;
    }

    /** The kinds in a word such as {@code pods,svc} or {@code all}, each once. */
    static List<Kinds> list(String command, String words) {
        return words.equals("all")
                ? ALL
                : Arrays.stream(words.split(",", -1))
                        .map(word -> of(command, word))
                        .distinct()
                        .toList();
    }

    /** The kind that users call so; nothing if they call none so. */
    static Optional<Kinds> of(String word) {
        String wanted = word.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(kind -> kind.names().anyMatch(wanted::equals))
                .findFirst();
    }

    /** The same in this command, which takes no other words. */
    static Kinds of(String command, String word) {
        return of(word).orElseThrow(
                        () -> CliException.usage(
                                command + ": unknown kind \"" + word
                                        + "\": this knows nodes, pods, services, endpoints, endpointslices, networkpolicies, routes, fdb, flows and leases"));
    }
}
