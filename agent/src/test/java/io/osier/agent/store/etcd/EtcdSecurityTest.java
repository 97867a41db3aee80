package io.osier.agent.store.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.agent.store.StateStore;
import io.osier.agent.store.StateStoreContract;
import io.osier.agent.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on three servers that want a certificate, a user and a password, and let the user see his own keys only. */
@Tag("etcd")
class EtcdSecurityTest extends StateStoreContract {
    private static final AtomicInteger PREFIXES = new AtomicInteger();
    private static final String PASSWORD = "s3 cret:\u00e4";

    @TempDir
    static Path folder;

    private static EtcdServers servers;
    private static EtcdCertificates certificates;

    private final String prefix = "/osier/" + PREFIXES.incrementAndGet() + "/";

    @BeforeAll
    static void startEtcd() throws Exception {
        certificates = EtcdCertificates.make(folder);
        servers = EtcdServers.start(folder, 3, certificates);
        servers.etcdctl("user", "add", "osier:" + PASSWORD);
        servers.etcdctl("role", "add", "osier");
        servers.etcdctl("role", "grant-permission", "osier", "--prefix", "readwrite", "/osier/");
        servers.etcdctl("user", "grant-role", "osier", "osier");
        servers.enableAuthentication("root's own");
    }

    @AfterAll
    static void endEtcd() {
        servers.close();
    }

    @Override
    protected StateStore open() {
        return EtcdStore.open(settings(prefix, "ca", "client", "osier", PASSWORD));
    }

    private static EtcdSettings settings(
            String prefix,
            @Nullable String authority,
            @Nullable String certificate,
            @Nullable String user,
            @Nullable String password) {
        return new EtcdSettings(
                servers.endpoints(),
                prefix,
                authority == null ? null : certificates.file(authority + ".pem"),
                certificate == null ? null : certificates.file(certificate + ".pem"),
                certificate == null ? null : certificates.file(certificate + ".key"),
                user,
                password);
    }

    private static void assertRefused(EtcdSettings settings, String why) {
        try (StateStore refused = EtcdStore.open(settings)) {
            long startNanos = System.nanoTime();
            assertThatThrownBy(() -> refused.get("a/b"))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(why)
                    .hasMessageNotContaining("\n")
                    .hasMessageNotContaining(PASSWORD);
            assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(EtcdCalls.DEADLINE.plusSeconds(2));
        }
    }

    @Test
    void aWrongPasswordIsSaidAtOnce() {
        assertRefused(settings(prefix, "ca", "client", "osier", "guessed"), "authentication failed");
    }

    @Test
    void keysOfOthersAreOutOfReach() {
        assertRefused(settings("/others/", "ca", "client", "osier", PASSWORD), "permission denied");
    }

    @Test
    void aServerThatNobodyKnownVouchesForIsNotTalkedTo() {
        assertRefused(settings(prefix, null, "client", "osier", PASSWORD), "unable to find valid certification path");
    }

    @Test
    void whoShowsNoCertificateIsNotLetIn() {
        assertRefused(settings(prefix, "ca", null, "osier", PASSWORD), "etcd at https://127.0.0.1");
    }

    /** Tokens live five minutes by default, and servers that start anew know none of the old. */
    @Test
    void aLoginThatTheServersHaveForgottenIsDoneAgain() throws Exception {
        create("a/b", "1");
        for (int member = 0; member < 3; member++) {
            servers.kill(member);
            servers.restart(member);
            servers.awaitHealthy();
        }
        create("a/c", "1");
        assertThat(store().list("a")).hasSize(2);
    }
}
