package io.osier.bench.rig;

import io.osier.bench.traffic.Shell;
import io.osier.bench.traffic.Station;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Osier's own lab with two nodes, and pods made by the command as users make them. */
public final class OsierRig implements Rig {
    /** Where the lab keeps what runs, in a folder for each node. */
    static final Path LAB = Path.of("/run/osier/lab");

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String LABEL = "app=bench";

    private final Shell shell;
    private final String command;
    private final Underlay underlay;
    private final int mtuBytes;
    private final OsierServices services;

    private OsierRig(Shell shell, String command, Underlay underlay, int mtuBytes) {
        this.shell = shell;
        this.command = command;
        this.underlay = underlay;
        this.mtuBytes = mtuBytes;
        this.services = new OsierServices(
                shell, command, this::rebuild, far().address(), farther().address());
    }

    /**
     * Brings the lab up.
     *
     * @param command {@code scripts/osier}, or wherever it is installed
     * @throws Shell.Failure in one line, also if a lab is up already: it is somebody's
     */
    public static OsierRig up(Shell shell, String command, Underlay underlay, int mtuBytes)
            throws InterruptedException {
        if (Files.exists(LAB)) {
            throw new Shell.Failure("a lab is up already: run 'scripts/osier lab down' first");
        }
        OsierRig rig = new OsierRig(shell, command, underlay, mtuBytes);
        try {
            rig.build();
            return rig;
        } catch (Shell.Failure | InterruptedException e) {
            rig.close();
            throw e;
        }
    }

    private void build() throws InterruptedException {
        osier("lab", "up", "--nodes", "2", "--underlay-mtu", String.valueOf(mtuBytes));
        create(client(), "node-a");
        create(near(), "node-a");
        create(far(), "node-b", "-l", LABEL);
        create(farther(), "node-b", "-l", LABEL);
        for (String node : List.of("node-a", "node-b")) {
            underlay.apply(shell, "osier-underlay", node);
            underlay.applyToNode(shell, node, "eth0");
        }
    }

    private void create(Station pod, String node, String... more) throws InterruptedException {
        List<String> words =
                new ArrayList<>(List.of("create", "pod", pod.namespace(), "--node", node, "--ip", pod.address()));
        words.addAll(List.of(more));
        osier(words.toArray(String[]::new));
    }

    private void osier(String... words) throws InterruptedException {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(List.of(words));
        shell.run(null, "", PATIENCE, line);
    }

    /** The shortest way to no services at all is a lab without any. */
    private void rebuild() throws InterruptedException {
        osier("lab", "down");
        build();
    }

    @Override
    public String name() {
        return "osier";
    }

    @Override
    public Station client() {
        return new Station("bench-a-1", "10.32.0.2");
    }

    @Override
    public Station near() {
        return new Station("bench-a-2", "10.32.0.3");
    }

    @Override
    public Station far() {
        return new Station("bench-b-1", "10.32.1.2");
    }

    @Override
    public Station farther() {
        return new Station("bench-b-2", "10.32.1.3");
    }

    @Override
    public OsierServices services() {
        return services;
    }

    @Override
    public void close() {
        services.close();
        try {
            osier("lab", "down");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
