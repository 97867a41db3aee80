package io.osier.agent.ipam;

import io.osier.agent.store.StateStore;
import io.osier.agent.store.directory.DirectoryStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** On the directory store. */
class SubnetClaimTest extends SubnetClaimContract {
    @TempDir
    Path folder;

    @Override
    protected StateStore open() {
        return DirectoryStore.open(folder);
    }
}
