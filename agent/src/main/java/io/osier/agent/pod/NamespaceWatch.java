package io.osier.agent.pod;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a network namespace was deleted by somebody else. The kernel does not tell who holds a device in it: the
 * namespace lives on without a name as long as that is open.
 */
public final class NamespaceWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceWatch.class);

    private final WatchService watch;
    private final Runnable onDeletion;
    private final Thread thread = new Thread(this::run, "osier-netns");

    private NamespaceWatch(WatchService watch, Runnable onDeletion) {
        this.watch = watch;
        this.onDeletion = onDeletion;
        thread.setDaemon(true);
    }

    /**
     * Begins to watch.
     *
     * @param onDeletion called on a thread of its own when one or several named namespaces have gone, whoever's they were
     * @throws IOException in one line, if that cannot be
     */
    public static NamespaceWatch begin(Runnable onDeletion) throws IOException {
        return begin(PodNamespaces.NAMED, onDeletion);
    }

    static NamespaceWatch begin(Path folder, Runnable onDeletion) throws IOException {
        Files.createDirectories(folder);
        WatchService watch = FileSystems.getDefault().newWatchService();
        folder.register(watch, StandardWatchEventKinds.ENTRY_DELETE);
        NamespaceWatch begun = new NamespaceWatch(watch, onDeletion);
        begun.thread.start();
        return begun;
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = watch.take();
                key.pollEvents();
                onDeletion.run();
                if (!key.reset()) {
                    LOG.warn("{} has gone: deleted namespaces are noticed no more", PodNamespaces.NAMED);
                    return;
                }
            }
        } catch (ClosedWatchServiceException e) {
            // the end
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            watch.close();
        } catch (IOException e) {
            LOG.debug("closing the watch: {}", e.getMessage());
        }
    }
}
