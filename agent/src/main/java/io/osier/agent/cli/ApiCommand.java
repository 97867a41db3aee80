package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.model.Manifest;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command that asks an agent. */
abstract class ApiCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    Object parent;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Override
    public final Integer call() throws Exception {
        prepare();
        try (ApiClient agent = Agents.find(options())) {
            return run(agent);
        }
    }

    /** Makes sense of the words, and throws what is wrong with them before an agent is looked for. */
    void prepare() {}

    /** The formats that {@code -o} may ask for. */
    Set<OutputFormat> formats() {
        return OutputFormat.TABLES;
    }

    /** Whether {@code --node} says which agent is asked, and not something else. */
    boolean nodeIsAsked() {
        return true;
    }

    /** Does the command; 0 or 1. */
    abstract int run(ApiClient agent) throws Exception;

    GlobalOptions options() {
        return root().options;
    }

    private OsierCommand root() {
        if (parent instanceof OsierCommand root) {
            return root;
        }
        if (parent instanceof ApiCommand above) {
            return above.root();
        }
        throw new IllegalStateException("no osier above " + parent);
    }

    /** For bytes; text goes to {@link #out}. */
    StandardOutput stdout() {
        return root().stdout;
    }

    /** The name that a user means by {@code web-1} or {@code pod/web-1}. */
    static String podNamed(String command, String word) {
        int slash = word.indexOf('/');
        if (slash >= 0 && Kinds.of(command, word.substring(0, slash)) != Kinds.PODS) {
            throw CliException.usage(command + ": " + word + ": name a pod");
        }
        String name = word.substring(slash + 1);
        if (name.isEmpty() || name.indexOf('/') >= 0) {
            throw CliException.usage(command + ": " + word + ": name a pod");
        }
        return name;
    }

    void sayNothingFound(boolean everywhere) {
        spec.commandLine()
                .getErr()
                .println("No resources found" + (everywhere ? "" : " in " + options().namespace + " namespace."));
    }

    /** Refuses an object of another namespace than the one that was asked for, if one was. */
    void checkNamespace(Manifest manifest) {
        if (CheckedRun.isGiven("--namespace", spec.root().commandLine().getParseResult())) {
            manifest.checkNamespace(options().namespace);
        }
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Where it says what became of objects. */
    BulkOutput output() {
        return new BulkOutput(options().output, out(), spec.commandLine().getErr());
    }

    /** Says on standard error what is missing, and goes on. */
    void complain(String what) {
        out().flush(); // as it happened, where both go to one terminal
        spec.commandLine().getErr().println("osier: " + what);
    }

    void print(String text) {
        out().print(text);
        out().flush();
    }

    /** The path of an object, or of all of a kind. */
    String path(Kinds kind, String name) {
        return path(kind, name, options().namespace);
    }

    /** The path of an object that says itself which namespace it is in. */
    static String path(Kinds kind, String name, String namespace) {
        String path = "/api/v1/" + kind.plural() + (name.isEmpty() ? "" : "/" + encode(name));
        return path + "?namespace=" + encode(namespace);
    }

    /** A path of a node's own tellings, for the node that was asked for, or else {@code otherwise}. */
    String nodePath(String what, String otherwise) {
        String node = options().node();
        String asked = node == null ? otherwise : node;
        return "/osier/v1/" + what + (asked.isEmpty() ? "" : "?node=" + encode(asked));
    }

    /** The path of some of the flows, of all nodes unless one was asked for. */
    String flowsPath(FlowOptions flows) {
        String namespace = flows.isEmpty() ? "" : "&namespace=" + encode(options().namespace);
        return nodePath("flows", "*") + namespace + flows.query();
    }

    static String encode(String text) {
        return text.equals("*") ? text : URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
