package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.client.ApiException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import tools.jackson.databind.JsonNode;

/** Waits for a pod to come up or to be gone, and says on a terminal that it does. */
final class PodWaiter {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 20;

    private final ApiClient agent;
    private final String path;
    private final PrintWriter err;

    PodWaiter(ApiClient agent, String path, PrintWriter err) {
        this.agent = agent;
        this.path = path;
        this.err = err;
    }

    /** Returns the pod when it has its address and its command has been started. */
    JsonNode untilUp(String name) throws InterruptedException {
        Instant start = Instant.now();
        while (true) {
            JsonNode pod = agent.get(path);
            String phase = pod.path("status").path("phase").asString("");
            String reason = pod.path("status").path("reason").asString("");
            if (!phase.equals("Pending")) {
                return pod;
            }
            if (reason.equals("CreateError")) {
                throw CliException.failed("create pod: " + name + ": "
                        + pod.path("status").path("message").asString("") + " (still trying; 'osier delete pod " + name
                        + "' gives up)");
            }
            rest(start, "create pod: " + name + " is still " + phase);
        }
    }

    /** Returns when the pod's object has gone, and with it everything of the pod; one that was made anew is another. */
    void untilGone(String name) throws InterruptedException {
        Instant start = Instant.now();
        String uid = "";
        while (true) {
            try {
                String now = agent.get(path).path("metadata").path("uid").asString("");
                if (!uid.isEmpty() && !now.equals(uid)) {
                    return;
                }
                uid = now;
            } catch (ApiException e) {
                if (e.isNotFound()) {
                    return;
                }
                if (e.code() != ApiException.UNREACHABLE) {
                    throw e;
                }
                // An agent that is started again is back soon.
            }
            rest(start, "delete pod: " + name + " is still there");
        }
    }

    private void rest(Instant start, String complaint) throws InterruptedException {
        Duration waited = Duration.between(start, Instant.now());
        if (waited.compareTo(PATIENCE) > 0) {
            throw CliException.failed(
                    complaint + " after " + PATIENCE.toSeconds() + " s: see 'osier describe' and the agent's log");
        }
        if (Terminal.isInteractive() && waited.toMillis() > 1000 && waited.toMillis() % 1000 < LOOK_MILLIS) {
            err.print(".");
            err.flush();
        }
        Thread.sleep(LOOK_MILLIS);
    }
}
