package io.osier.agent.cli;

import io.osier.agent.lab.Lab;
import io.osier.agent.lab.LabPlan;
import io.osier.agent.pod.CommandException;
import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code osier lab}. */
@Command(
        name = "lab",
        description = "Several nodes on this machine, each a network namespace with an agent of its own.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  osier lab up --nodes 3", "  osier lab status", "  osier lab down"})
final class LabCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say up, down or status");
    }

    @Command(
            name = "up",
            description = "Brings a lab up; returns when all agents are ready.",
            mixinStandardHelpOptions = true)
    int up(
            @Option(names = "--nodes", paramLabel = "N", defaultValue = "2", description = "How many nodes") int nodes,
            @Option(
                            names = "--store",
                            paramLabel = "STORE",
                            defaultValue = "directory",
                            description = "Where the cluster's state is: directory")
                    String store,
            @Option(
                            names = "--underlay-mtu",
                            paramLabel = "M",
                            defaultValue = "1500",
                            description = "Bytes that fit a packet of the underlay")
                    int underlayMtuBytes)
            throws InterruptedException {
        if (!store.equals("directory")) {
            throw CliException.usage("lab up: --store " + store + ": only directory is here so far");
        }
        try {
            LabPlan plan = new LabPlan(nodes, underlayMtuBytes);
            lab().up(plan);
            print("lab is up: " + nodes + (nodes == 1 ? " node" : " nodes") + " ready\n");
            return 0;
        } catch (IllegalArgumentException e) {
            throw CliException.usage("lab up: " + e.getMessage());
        } catch (IllegalStateException | CommandException | IOException e) {
            throw CliException.failed("lab up: " + e.getMessage());
        }
    }

    @Command(
            name = "down",
            description = "Removes the lab and everything that belongs to it.",
            mixinStandardHelpOptions = true)
    int down() {
        try {
            print(lab().down() ? "lab is down\n" : "no lab is up\n");
            return 0;
        } catch (CommandException | IOException e) {
            throw CliException.failed("lab down: " + e.getMessage());
        }
    }

    @Command(name = "status", description = "Shows the lab's nodes.", mixinStandardHelpOptions = true)
    int status() throws IOException {
        Optional<LabPlan> plan = Lab.present();
        if (plan.isEmpty()) {
            print("no lab is up\n");
            return 1;
        }
        Table table = new Table("NODE", "ADDRESS", "STATUS", "SOCKET");
        boolean ready = true;
        for (Lab.NodeState node : Lab.nodes(plan.get())) {
            table.add(node.name(), node.address(), node.ready() ? "Ready" : "NotReady", node.socket());
            ready &= node.ready();
        }
        print(table.toString());
        return ready ? 0 : 1;
    }

    private Lab lab() {
        boolean terminal = Terminal.isInteractive();
        return new Lab(step -> {
            if (terminal) {
                spec.commandLine().getErr().println("lab: " + step + " ...");
            }
        });
    }

    private void print(String text) {
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
    }
}
