package io.osier.agent.bootstrap;

import io.osier.agent.pod.CommandException;
import io.osier.agent.pod.CommandRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells systemd that the agent is ready, if it was started by it ({@code sd_notify(3)}). */
final class ReadyNotice {
    private static final Logger LOG = LoggerFactory.getLogger(ReadyNotice.class);

    private ReadyNotice() {}

    static void send() {
        if (System.getenv("NOTIFY_SOCKET") == null) {
            return;
        }
        try {
            CommandRunner.run(
                    "systemd-notify",
                    "--ready",
                    "--pid=" + ProcessHandle.current().pid());
        } catch (CommandException e) {
            LOG.warn("systemd was not told that the agent is ready: {}", e.getMessage());
        }
    }
}
