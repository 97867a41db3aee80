package io.osier.agent.cli;

import io.osier.agent.lab.Lab;
import io.osier.agent.lab.LabPlan;
import io.osier.agent.pod.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code osier lab}. */
@Command(
        name = "lab",
        description = "Several nodes on this machine, each a network namespace with an agent of its own.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  osier lab up --nodes 3",
            "  osier lab status",
            "  osier lab restart node-a",
            "  osier lab down"
        })
final class LabCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say up, down, restart or status");
    }

    @Command(
            name = "up",
            description = "Brings a lab up; returns when all agents are ready.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  osier lab up",
                "  osier lab up --nodes 3 --underlay-mtu 9000",
                "  osier lab up --store etcd",
                "  osier lab up --nodes 3 --store etcd --etcd-members 3"
            })
    int up(
            @Option(names = "--nodes", paramLabel = "N", defaultValue = "2", description = "How many nodes") int nodes,
            @Option(
                            names = "--store",
                            paramLabel = "STORE",
                            defaultValue = "directory",
                            description =
                                    "Where the cluster's state is: directory, or etcd in a server of the lab's own")
                    String store,
            @Option(
                            names = "--etcd-members",
                            paramLabel = "N",
                            defaultValue = "1",
                            description = "How many etcd servers: 1, or 3, of which one may fail")
                    int etcdMembers,
            @Option(
                            names = "--underlay-mtu",
                            paramLabel = "M",
                            defaultValue = "1500",
                            description = "Bytes that fit a packet of the underlay")
                    int underlayMtuBytes) {
        try {
            LabPlan plan = new LabPlan(nodes, underlayMtuBytes, store, etcdMembers);
            checkIsRoot("up");
            lab().up(plan);
            print("lab is up: " + nodes + (nodes == 1 ? " node" : " nodes") + " ready\n");
            return 0;
        } catch (IllegalArgumentException e) {
            throw CliException.usage("lab up: " + e.getMessage());
        } catch (InterruptedException e) {
            return 1; // which was said when all was removed
        } catch (IllegalStateException | CommandException | IOException e) {
            throw CliException.failed("lab up: " + e.getMessage());
        }
    }

    @Command(
            name = "down",
            description = "Removes the lab and everything that belongs to it.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  osier lab down"})
    int down() {
        try {
            checkIsRoot("down");
            print(lab().down() ? "lab is down\n" : "no lab is up\n");
            return 0;
        } catch (CommandException | IOException e) {
            throw CliException.failed("lab down: " + e.getMessage());
        }
    }

    @Command(
            name = "restart",
            description = {
                "Restarts agents, one after the other, as 'systemctl restart osier-agent' does it: the next agent goes on"
                        + " with the devices of the one before, and no packet is lost."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Examples:", "  osier lab restart", "  osier lab restart node-b"})
    int restart(
            @Parameters(paramLabel = "NODE", arity = "0..*", description = "Which nodes' agents; all without it")
                    @Nullable
                    List<String> nodes) {
        try {
            checkIsRoot("restart");
            lab().restart(nodes == null ? List.of() : nodes);
            print("lab restarted: " + (nodes == null || nodes.isEmpty() ? "all nodes" : String.join(", ", nodes))
                    + " ready\n");
            return 0;
        } catch (InterruptedException e) {
            throw CliException.failed("lab restart: interrupted: run 'osier lab up' to start what is missing");
        } catch (IllegalStateException | IOException e) {
            throw CliException.failed("lab restart: " + e.getMessage());
        }
    }

    @Command(
            name = "status",
            description = "Shows the lab's nodes; ends with 0 if all are ready.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  osier lab status"})
    int status() throws IOException {
        Optional<LabPlan> plan = Lab.present();
        if (plan.isEmpty()) {
            throw CliException.failed("lab status: no lab is up: run 'osier lab up'");
        }
        Table table = new Table("NODE", "ADDRESS", "STATUS", "SOCKET");
        boolean ready = true;
        for (Lab.NodeState node : Lab.nodes(plan.get())) {
            Agents.checkMayAsk(node.socket());
            table.add(node.name(), node.address(), node.ready() ? "Ready" : "NotReady", node.socket());
            ready &= node.ready();
        }
        print(table + "\nStore: " + Lab.store(plan.get()) + "\n");
        return ready ? 0 : 1;
    }

    /** Namespaces and links are for root alone; better said at once than by the first of them. */
    private static void checkIsRoot(String verb) throws IOException {
        if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
            throw CliException.failed(
                    "lab " + verb + ": only root can make and remove network namespaces: run it with sudo");
        }
    }

    private Lab lab() {
        boolean terminal = Terminal.isInteractive();
        return new Lab(
                step -> {
                    if (terminal) {
                        say("lab: " + step + " ...");
                    }
                },
                () -> say("osier: lab up: interrupted: what was made is removed again"));
    }

    private void say(String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }

    private void print(String text) {
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
    }
}
