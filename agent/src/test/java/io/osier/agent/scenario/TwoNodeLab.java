package io.osier.agent.scenario;

import static io.osier.agent.scenario.Shell.bash;
import static io.osier.agent.scenario.Shell.osier;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Brings a lab of two nodes up for the tests of a class and removes it behind them, whatever became of them. */
final class TwoNodeLab implements BeforeAllCallback, AfterAllCallback {
    private boolean ours;

    @Override
    public void beforeAll(ExtensionContext context) {
        if (bash("test -e /run/netns/node-a").exitCode() == 0) {
            throw new IllegalStateException("a lab is up already: run 'osier lab down' before the tests");
        }
        ours = true;
        osier("lab", "up", "--nodes", "2").succeeded();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (ours) {
            osier("lab", "down").succeeded();
        }
    }

    /** The address of a pod. */
    static String podIp(String pod) {
        return json(osier("get", "pod", pod, "-o", "json").succeeded().out(), "podIP");
    }

    /** The virtual address of a service. */
    static String clusterIp(String service) {
        return json(osier("get", "service", service, "-o", "json").succeeded().out(), "clusterIP");
    }

    /** A pod with the small server that ships with Osier, on port 9876. */
    static void createServer(String name, String node, String label) {
        osier(
                        "create",
                        "pod",
                        name,
                        "-l",
                        label,
                        "--node",
                        node,
                        "--",
                        Shell.osierCommand(),
                        "serve",
                        "--port",
                        "9876",
                        "--version",
                        "1.0")
                .succeeded();
        bash("for i in $(seq 100); do ip netns exec " + name + " curl -s --max-time 1 http://127.0.0.1:9876/info"
                        + " >/dev/null && exit 0; sleep 0.1; done; exit 1")
                .succeeded();
    }

    private static String json(String text, String field) {
        String quoted = "\"" + field + "\"";
        int name = text.indexOf(quoted);
        if (name < 0) {
            throw new AssertionError("no " + field + " in " + text);
        }
        int open = text.indexOf('"', name + quoted.length());
        return text.substring(open + 1, text.indexOf('"', open + 1));
    }
}
