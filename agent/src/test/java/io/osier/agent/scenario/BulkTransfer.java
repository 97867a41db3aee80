package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

/** Sends a file of random bytes by TCP and compares what has arrived. */
final class BulkTransfer {
    private static final int PORT = 7000;

    private final Path file;
    private final String digest;

    BulkTransfer(Path folder, int megabytes) {
        file = folder.resolve("bulk");
        digest = bash("head -c " + megabytes + "M /dev/urandom > " + file + " && sha256sum < " + file)
                .succeeded()
                .out();
    }

    void send(String from, String to, String address) {
        send(from, to, address, PORT);
    }

    /** @param port where the address leads to port 7000 of the receiver */
    void send(String from, String to, String address, int port) {
        send(from, to, "4", address, port);
    }

    /** The same by IPv6. */
    void send6(String from, String to, String address, int port) {
        send(from, to, "6", "[" + address + "]", port);
    }

    private void send(String from, String to, String family, String address, int port) {
        String listen = "ip netns exec " + to + " timeout 60 socat -u -b 65536 TCP" + family + "-LISTEN:" + PORT
                + ",reuseaddr -";
        String wait = "for i in $(seq 100); do ip netns exec " + to + " ss -Hltn sport = :" + PORT
                + " | grep -q . && break; sleep 0.05; done";
        String connect = "ip netns exec " + from + " timeout 50 socat -u -b 262144 FILE:" + file + " TCP" + family + ":"
                + address + ":" + port + ",connect-timeout=5";
        Shell.Result result =
                bash(listen + " | sha256sum & " + wait + "; " + connect + "; sent=$?; wait $!; exit $sent");

        assertThat(result.succeeded().out())
                .as("%s to %s at %s:%d: SHA-256 of what arrived; %s", from, to, address, port, result.err())
                .isEqualTo(digest);
    }
}
