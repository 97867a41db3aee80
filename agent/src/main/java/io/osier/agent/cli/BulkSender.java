package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.client.ApiException;
import io.osier.agent.model.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/**
 * Has an agent deal with many objects, in their order, and reads on while it does: one question for many objects, one question
 * at a time. The first is short, so that something is to be seen soon.
 *
 * @param <I> what is told of an object when its answer is there
 */
final class BulkSender<I> implements AutoCloseable {
    private static final int FIRST_OBJECTS = 100;
    private static final int MAX_OBJECTS = 2000;
    /** In characters, of which each becomes at most three bytes; agents take 4 MiB. */
    private static final int MAX_CHARACTERS = 1 << 20;

    private final ApiClient agent;
    private final String path;
    private final Listener<I> listener;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread sender = new Thread(task, "osier-sender");
        sender.setDaemon(true);
        return sender;
    });
    private Batch<I> filling = new Batch<>();
    private @Nullable Batch<I> underWay;
    private int maxObjects = FIRST_OBJECTS;

    /** Hears what became of each object, in their order. */
    interface Listener<I> {
        /** The object was dealt with: {@code created}; how it is now is there if it was asked for. */
        void done(I item, String result, JsonNode object) throws InterruptedException;

        /** The agent said no. */
        void refused(I item, int code, String message);

        /** There was nothing to send. */
        void skipped(String complaint);

        /** All that was heard of so far can be shown. */
        void pause();
    }

    private record Entry<I>(@Nullable I item, String complaint) {}

    private static final class Batch<I> {
        private final List<Entry<I>> entries = new ArrayList<>();
        private final ArrayNode objects = Json.object().putArray("items");
        private int characters;
        private @Nullable Future<JsonNode> answer;
    }

    BulkSender(ApiClient agent, String path, Listener<I> listener) {
        this.agent = agent;
        this.path = path;
        this.listener = listener;
    }

    /** Sends an object when there are enough of them. */
    void add(I item, ObjectNode object) throws InterruptedException {
        String text = Json.text(object);
        int characters = text.length();
        if (filling.characters + characters > MAX_CHARACTERS || filling.objects.size() >= maxObjects) {
            send();
        }
        filling.entries.add(new Entry<>(item, ""));
        filling.objects.addRawValue(new RawValue(text));
        filling.characters += characters;
    }

    /** Says this of what is not sent, in its turn. */
    void skip(String complaint) {
        filling.entries.add(new Entry<>(null, complaint));
    }

    /** Sends what is left, and returns when all is dealt with. */
    void finish() throws InterruptedException {
        send();
        hear();
    }

    private void send() throws InterruptedException {
        hear();
        Batch<I> batch = filling;
        underWay = batch;
        if (!batch.objects.isEmpty()) {
            ObjectNode list = Json.object().put("apiVersion", "v1").put("kind", "List");
            list.set("items", batch.objects);
            batch.answer = thread.submit(() -> agent.post(path, list));
        }
        filling = new Batch<>();
        maxObjects = MAX_OBJECTS;
    }

    /** Waits for the answer that is under way, and tells it. */
    private void hear() throws InterruptedException {
        Batch<I> batch = underWay;
        underWay = null;
        if (batch == null) {
            return;
        }
        JsonNode answer = batch.answer == null ? Json.object() : get(batch.answer);
        JsonNode results = answer.path("items");
        int next = 0;
        for (Entry<I> entry : batch.entries) {
            I item = entry.item();
            if (item == null) {
                listener.skipped(entry.complaint());
            } else if (next == results.size()) {
                listener.pause();
                throw new ApiException(
                        ApiException.UNREACHABLE, answer.path("stopped").asString("the agent's answer is too short"));
            } else {
                tell(item, results.get(next++));
            }
        }
        listener.pause();
    }

    private void tell(I item, JsonNode result) throws InterruptedException {
        if (result.has("result")) {
            listener.done(item, result.path("result").asString(""), result.path("object"));
        } else {
            listener.refused(
                    item, result.path("code").asInt(500), result.path("message").asString("refused"));
        }
    }

    private static JsonNode get(Future<JsonNode> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ApiException refusal) {
                throw refusal;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
