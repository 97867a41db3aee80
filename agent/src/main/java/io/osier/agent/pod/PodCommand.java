package io.osier.agent.pod;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What runs in a container of a pod.
 *
 * @param hostname what {@code hostname} says inside
 * @param workingDirectory empty for {@code /}
 * @param restartPolicy {@code Always}, {@code OnFailure} or {@code Never}
 */
public record PodCommand(
        CommandId id,
        String hostname,
        List<String> command,
        Map<String, String> environment,
        String workingDirectory,
        String restartPolicy) {
    public PodCommand {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /**
     * The words that enter the pod and become the command, in a session of its own, once a line has come on standard input. If
     * that ends without one, they end, too.
     */
    List<String> launcher() {
        List<String> launcher =
                new ArrayList<>(List.of("setsid", "sh", "-c", "read -r _ && exec \"$@\" </dev/null", "osier-pod"));
        launcher.addAll(words());
        return launcher;
    }

    /** The words that enter the pod and become the command: its own network and host name. */
    List<String> words() {
        List<String> words = new ArrayList<>(enter(id.namespace(), hostname));
        words.addAll(command);
        return words;
    }

    /** The words that put whatever command follows them into a pod. */
    public static List<String> enter(String namespace, String hostname) {
        return List.of(
                "nsenter",
                "--net=/run/netns/" + namespace,
                "unshare",
                "--uts",
                "sh",
                "-c",
                "hostname \"$0\" && exec \"$@\"",
                hostname);
    }
}
