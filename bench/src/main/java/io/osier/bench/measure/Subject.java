package io.osier.bench.measure;

import io.osier.bench.rig.Rig;
import io.osier.bench.traffic.Shell;
import io.osier.bench.traffic.Station;
import io.osier.bench.traffic.Traffic;
import java.util.ArrayList;
import java.util.List;

/** A network under test with the servers in its pods. */
public final class Subject implements AutoCloseable {
    private final Rig rig;
    private final Traffic traffic;
    private final List<Shell.Server> servers = new ArrayList<>();

    public Subject(Rig rig, Traffic traffic) throws InterruptedException {
        this.rig = rig;
        this.traffic = traffic;
        startServers();
    }

    private void startServers() throws InterruptedException {
        traffic.widenPorts(rig.client());
        for (Station pod : List.of(rig.near(), rig.far(), rig.farther())) {
            servers.addAll(traffic.answerIn(pod));
        }
    }

    public Rig rig() {
        return rig;
    }

    /** Back to no services; pods and servers may be new ones afterwards. */
    public void clearServices() throws InterruptedException {
        servers.forEach(Shell.Server::close);
        servers.clear();
        rig.services().clear();
        startServers();
    }

    @Override
    public void close() {
        servers.forEach(Shell.Server::close);
        rig.close();
    }
}
