package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code osier logs}. */
@Command(
        name = "logs",
        description = "Prints what a pod's command has printed.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  osier logs web-1", "  osier logs -f web-1"})
final class LogsCommand extends ApiCommand {
    private static final long LOOK_MILLIS = 300;

    @Parameters(index = "0", paramLabel = "POD", description = "Whose")
    String pod = "";

    @Option(
            names = {"-f", "--follow"},
            description = "Go on as it prints more")
    boolean follow;

    @Override
    int run(ApiClient agent) throws InterruptedException {
        String path = "/osier/v1/pods/" + encode(pod) + "/log?namespace=" + encode(options().namespace);
        String printed = "";
        do {
            String all = agent.getText(path);
            // A log that was emptied because it had grown too long begins anew.
            print(all.startsWith(printed) ? all.substring(printed.length()) : all);
            printed = all;
            if (follow) {
                Thread.sleep(LOOK_MILLIS);
            }
        } while (follow);
        return 0;
    }
}
