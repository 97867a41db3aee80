package io.osier.bench.rig;

import io.osier.bench.traffic.Shell;
import java.time.Duration;

/** Services by rules in the client's node. A load is over when its program is: the kernel takes a table in one step. */
final class KernelServices implements ServiceControl {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Shell shell;
    private final String namespace;
    private final ServiceTables tables;
    private final String far;
    private final String farther;

    KernelServices(Shell shell, String namespace, ServiceTables tables, String far, String farther) {
        this.shell = shell;
        this.namespace = namespace;
        this.tables = tables;
        this.far = far;
        this.farther = farther;
    }

    @Override
    public Load load(ServicePlan plan) throws InterruptedException {
        String text = tables.whole(plan, far, farther);
        long start = System.nanoTime();
        shell.run(namespace, text, PATIENCE, tables.loader());
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Load(seconds, seconds);
    }

    @Override
    public void clear() throws InterruptedException {
        shell.run(namespace, tables.empty(), PATIENCE, tables.loader());
    }

    @Override
    public Order prepareChange(ServicePlan plan, boolean toFarther) {
        String text = tables.change(plan, toFarther ? farther : far);
        return () -> shell.run(namespace, text, PATIENCE, tables.changer());
    }
}
