package io.osier.agent.cli;

import io.osier.agent.api.client.ApiException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * Prints objects of a kind, and each one again that has changed, for as long as it is let. The list is asked for every second; a
 * stream of the store's events would not do: whether a node is ready, and which endpoints a service has, is in no key of the
 * store, but found out when somebody asks, and so there is no event of it.
 */
final class ObjectWatch {
    private static final long LOOK_MILLIS = 1000;

    /** A long list, which takes an agent its time, is asked for a quarter of the time at most. */
    private static final int REST = 3;

    /** An agent that is started again is back sooner. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Kinds kind;
    private final OutputFormat format;
    private final Consumer<String> out;
    private final Consumer<String> complaints;
    private final WatchedObjects objects = new WatchedObjects();
    private Printer.Style style;
    private boolean printed;

    ObjectWatch(
            Kinds kind, OutputFormat format, Printer.Style style, Consumer<String> out, Consumer<String> complaints) {
        this.kind = kind;
        this.format = format;
        this.style = style;
        this.out = out;
        this.complaints = complaints;
    }

    /**
     * Goes on until the thread is interrupted, the output is lost, or the agent says no or nothing for a while.
     *
     * @param changesOnly whether what there is at first is passed over
     */
    void run(Supplier<List<JsonNode>> list, boolean changesOnly) throws InterruptedException {
        long beginNanos = System.nanoTime();
        List<JsonNode> first = objects.changes(list.get());
        if (!changesOnly) {
            print(first);
        }
        long answeredNanos = System.nanoTime();
        boolean complained = false;
        while (true) {
            Thread.sleep(Math.max(LOOK_MILLIS, REST * TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNanos)));
            beginNanos = System.nanoTime();
            try {
                print(objects.changes(list.get()));
                answeredNanos = System.nanoTime();
                complained = false;
            } catch (ApiException e) {
                boolean isLost = System.nanoTime() - answeredNanos >= PATIENCE_NANOS;
                if (e.code() != ApiException.UNREACHABLE || isLost) {
                    throw e;
                }
                if (!complained) {
                    complaints.accept(e.getMessage() + ": trying again");
                }
                complained = true;
            }
        }
    }

    /** Trees one after the other, as kubectl prints them; a table goes on. */
    private void print(List<JsonNode> changed) {
        if (changed.isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder();
        if (format.isTree()) {
            for (JsonNode object : changed) {
                text.append(printed && format == OutputFormat.YAML ? "---\n" : "");
                text.append(format.write(object, JsonNode::toString));
                printed = true;
            }
        } else {
            text.append(Printer.sections(List.of(new Section(kind, changed, false)), format, style, Instant.now()));
            style = style.withoutHeaders();
        }
        out.accept(text.toString());
    }
}
