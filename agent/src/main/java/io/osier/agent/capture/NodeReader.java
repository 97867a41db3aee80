package io.osier.agent.capture;

import io.osier.agent.api.client.ApiException;
import io.osier.dataplane.observe.CaptureMessage;
import io.osier.dataplane.observe.CaptureStreamReader;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** The thread that reads one node's capture and hands on what it says. */
final class NodeReader implements AutoCloseable {
    /** What a node's reader has to tell. */
    sealed interface Event permits Said, Refused, Ended {}

    /** The node said something. */
    record Said(int node, CaptureMessage message) implements Event {}

    /** The node refuses what it is asked for. */
    record Refused(CaptureException why) implements Event {}

    /** Nothing more will come from the node. */
    record Ended(int node, String why) implements Event {}

    /** What an agent answers to a request that makes no sense. */
    private static final int BAD_REQUEST = 400;

    private final int number;
    private final CaptureSource source;
    private final CaptureRequest request;
    private final BlockingQueue<Event> events;
    private final Thread thread;
    private @Nullable InputStream stream;
    private boolean closed;

    NodeReader(int number, CaptureSource source, CaptureRequest request, BlockingQueue<Event> events) {
        this.number = number;
        this.source = source;
        this.request = request;
        this.events = events;
        thread = new Thread(this::run, "capture-" + source.node());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try (InputStream in = source.open(request)) {
            if (keep(in)) {
                CaptureStreamReader reader = new CaptureStreamReader(in);
                for (CaptureMessage message; (message = reader.read()) != null; ) {
                    events.put(new Said(number, message));
                }
                events.put(new Ended(number, "its agent has ended the capture"));
            }
        } catch (CaptureException e) {
            tell(new Refused(e));
        } catch (ApiException e) {
            tell(
                    e.code() == BAD_REQUEST
                            ? new Refused(CaptureException.wrongUsage(messageOf(e)))
                            : new Ended(number, messageOf(e)));
        } catch (IOException e) {
            tell(new Ended(number, messageOf(e)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String messageOf(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private void tell(Event event) {
        try {
            events.put(event);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean keep(InputStream in) {
        stream = in;
        return !closed;
    }

    /** Ends the capture at the node; what it still says is not heard. */
    @Override
    public void close() {
        InputStream open;
        synchronized (this) {
            closed = true;
            open = stream;
        }
        thread.interrupt();
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            // It was closing anyway.
        }
    }
}
