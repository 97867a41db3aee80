package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.pod.CommandException;
import io.osier.agent.pod.CommandRunner;
import io.osier.agent.pod.PodCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code osier demo}: a walk through a running cluster, with the commands that whoever watches can type. */
@Command(
        name = "demo",
        description =
                "Walks through the cluster on real packets: pods on several nodes, pings, a service, its rules. Ends with 0 only if all of it worked.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  osier demo          what it makes stays, to play with", "  osier demo --down"})
final class DemoCommand extends ApiCommand {
    private static final String LABEL = "app=osier-demo";
    private static final String CLIENT = "demo-client";
    private static final String SERVICE = "demo-web";
    private static final String SERVER = "demo-web-";
    private static final String PORT = "9876";
    private static final int MOST_NODES = 3;
    private static final int REQUESTS_PER_BACKEND = 6;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long LOOK_MILLIS = 200;
    private static final Path INSTALLED = Path.of("/usr/bin/osier");

    @Option(names = "--down", description = "Removes what the demo made")
    boolean down;

    @Override
    int run(ApiClient agent) throws IOException, InterruptedException {
        if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
            throw CliException.failed("demo: it enters pods: run it with sudo");
        }
        if (down) {
            cleanUp(agent);
            return 0;
        }
        JsonNode status = agent.get(nodePath("status", ""));
        List<String> nodes = nodes(status);
        title("The cluster");
        osier("get", "nodes", "-o", "wide");

        title("A web server on " + String.join(", ", nodes) + ", and a client on this node");
        cleanUp(agent);
        osier("create", "pod", CLIENT, "-l", LABEL + "-client", "--node", nodes.get(0));
        List<String> servers = new ArrayList<>();
        for (String node : nodes) {
            String name = SERVER + (servers.size() + 1);
            servers.add(name);
            List<String> words = new ArrayList<>(List.of("create", "pod", name, "-l", LABEL, "--node", node, "--"));
            words.addAll(server());
            osier(words.toArray(String[]::new));
        }
        osier("get", "pods", "-o", "wide");

        title("From pod to pod, whichever node it is on: no NAT, TTL 64, as if on one wire");
        for (String server : servers) {
            print(inClient("ping", "-c", "2", "-W", "5", address(agent, server)));
        }

        title("A service in front of the servers; another one answers each time");
        osier("create", "service", SERVICE, "--port", "80:" + PORT, "--selector", LABEL);
        osier("get", "services");
        String virtual = agent.get(path(Kinds.SERVICES, SERVICE))
                .path("spec")
                .path("clusterIP")
                .asString("");
        awaitServers(agent, servers);
        checkAllAnswer(virtual, servers);
        osier("get", "endpoints");

        title("Why: the rules, from the table that forwards the packets");
        osier("rules");
        osier("explain", "--from", CLIENT, "--to", virtual + ":80");

        title("The flows that are remembered, and what was lost");
        osier("get", "flows");
        osier("drops");

        title("All of that worked, and the pods stay. Try next:");
        print("  sudo osier exec " + CLIENT + " -- curl http://" + virtual + "/info\n"
                + "  sudo osier capture --pod " + CLIENT
                + "      # in a second terminal: every packet, at every stage\n"
                + "  sudo osier doctor\n"
                + "  sudo osier demo --down\n");
        return 0;
    }

    /** This node first, then others that have an agent and are there. */
    private static List<String> nodes(JsonNode status) {
        List<String> names = new ArrayList<>(List.of(status.path("node").asString("")));
        status.path("peers")
                .valueStream()
                .filter(peer -> peer.path("ready").asBoolean(true)
                        && !peer.path("foreign").asBoolean())
                .map(peer -> peer.path("name").asString(""))
                .sorted()
                .limit(MOST_NODES - 1L)
                .forEach(names::add);
        return names;
    }

    /** The small web server: by the installed command, or as this very program in a checkout. */
    private static List<String> server() {
        List<String> words = new ArrayList<>();
        if (Files.isExecutable(INSTALLED)) {
            words.add(INSTALLED.toString());
        } else {
            words.addAll(List.of(
                    System.getProperty("java.home") + "/bin/java",
                    "-XX:+UseSerialGC",
                    "-Xmx64m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "io.osier.agent.bootstrap.Main"));
        }
        words.addAll(List.of("serve", "--port", PORT));
        return words;
    }

    private String address(ApiClient agent, String pod) {
        return agent.get(path(Kinds.PODS, pod)).path("status").path("podIP").asString("");
    }

    private void checkAllAnswer(String virtual, List<String> servers) {
        String[] curl = {"curl", "-sS", "--max-time", "5", "http://" + virtual + "/info"};
        Set<String> answered = new TreeSet<>();
        for (int request = 0; request < REQUESTS_PER_BACKEND * servers.size(); request++) {
            String answer = inClient(curl);
            print(answer);
            servers.stream()
                    .filter(server -> answer.contains('"' + server + '"'))
                    .forEach(answered::add);
        }
        if (servers.size() > 1 && answered.size() < 2) {
            throw CliException.failed("demo: of " + servers.size() + " servers only " + answered + " answered");
        }
    }

    /** One that has only just been started refuses for a moment, which is no failure. */
    private void awaitServers(ApiClient agent, List<String> servers) throws InterruptedException {
        Instant start = Instant.now();
        for (String server : servers) {
            while (true) {
                try {
                    CommandRunner.run(entering(
                            "curl",
                            "-sS",
                            "--max-time",
                            "5",
                            "http://" + address(agent, server) + ":" + PORT + "/info"));
                    break;
                } catch (CommandException e) {
                    if (Duration.between(start, Instant.now()).compareTo(PATIENCE) > 0) {
                        throw CliException.failed("demo: " + server + " does not answer: " + e.getMessage()
                                + ": see 'osier logs " + server + "'");
                    }
                    Thread.sleep(LOOK_MILLIS);
                }
            }
        }
    }

    /** Runs a command in the client's pod; what it printed. */
    private String inClient(String... words) {
        print("$ osier exec " + CLIENT + " -- " + String.join(" ", words) + "\n");
        try {
            return CommandRunner.run(entering(words));
        } catch (CommandException e) {
            throw CliException.failed("demo: " + String.join(" ", words) + ": it failed: " + e.getMessage());
        }
    }

    private String[] entering(String... words) {
        String namespace = options().namespace.equals("default") ? CLIENT : CLIENT + "." + options().namespace;
        List<String> entering = new ArrayList<>(PodCommand.enter(namespace, CLIENT));
        entering.addAll(List.of(words));
        return entering.toArray(String[]::new);
    }

    private void cleanUp(ApiClient agent) {
        List<String> pods = agent.get(path(Kinds.PODS, ""))
                .path("items")
                .valueStream()
                .filter(pod -> pod.path("metadata")
                        .path("labels")
                        .path("app")
                        .asString("")
                        .startsWith("osier-demo"))
                .map(pod -> pod.path("metadata").path("name").asString(""))
                .toList();
        quietly("delete", "service", SERVICE, "--ignore-not-found");
        pods.forEach(pod -> quietly("delete", "pod", pod, "--ignore-not-found"));
    }

    private void title(String text) {
        print("\n" + text + "\n");
    }

    /** Shows a command as a user would type it, and runs it. */
    private void osier(String... words) {
        print("$ osier " + String.join(" ", words) + "\n");
        quietly(words);
    }

    private void quietly(String... words) {
        List<String> all = new ArrayList<>();
        if (options().socket != null) {
            all.addAll(List.of("--socket", options().socket.toString()));
        }
        all.addAll(List.of("--namespace", options().namespace));
        all.addAll(List.of(words));
        String[] typed = all.toArray(String[]::new);
        CommandLine line = OsierCommand.commandLine(stdout(), "", config -> 1, typed)
                .setErr(spec.commandLine().getErr());
        int exitCode = line.execute(typed);
        out().flush();
        if (exitCode != 0) {
            throw CliException.failed("demo: osier " + String.join(" ", words) + ": ended with " + exitCode);
        }
    }
}
