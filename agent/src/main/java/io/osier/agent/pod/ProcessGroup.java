package io.osier.agent.pod;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A command and everything that it started and that stayed in its session's process group. */
record ProcessGroup(ProcessHandle leader) {
    /** Ends all of it: by request, and if that is not heard, by force. Returns when the leader is gone. */
    void end(long graceSeconds) {
        signal("TERM");
        if (!hasEndedWithin(graceSeconds)) {
            signal("KILL");
            hasEndedWithin(graceSeconds);
        }
        signal("KILL"); // what outlived its leader
    }

    private boolean hasEndedWithin(long seconds) {
        try {
            leader.onExit().get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return !leader.isAlive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A group that is gone cannot be signalled, which is what was wanted. */
    @SuppressWarnings("EmptyCatch")
    private void signal(String name) {
        try {
            CommandRunner.run("sh", "-c", "kill -s " + name + " -- -" + leader.pid());
        } catch (CommandException e) {
            // gone
        }
    }
}
