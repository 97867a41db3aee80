package io.osier.agent.store.etcd;

import io.osier.agent.ipam.SubnetClaimContract;
import io.osier.agent.store.StateStore;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** Leases are taken in etcd as in a directory. */
@Tag("etcd")
class EtcdSubnetClaimTest extends SubnetClaimContract {
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    @TempDir
    static Path folder;

    private static EtcdServers servers;

    @BeforeAll
    static void startEtcd() throws Exception {
        servers = EtcdServers.start(folder, 1);
    }

    @AfterAll
    static void endEtcd() {
        servers.close();
    }

    @Override
    protected StateStore open() {
        return EtcdStore.open(EtcdSettings.open(servers.endpoints(), "/leases-" + PREFIXES.incrementAndGet() + "/"));
    }
}
