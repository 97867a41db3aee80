package io.osier.agent.bootstrap;

import io.osier.agent.model.Node;
import io.osier.agent.store.Keys;
import io.osier.agent.store.ObjectStore;
import io.osier.dataplane.packet.IpAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces to the other nodes how long a packet this one takes, as often as the MTU of its underlay interface changes. What
 * is too long for an interface is lost there without a word, so that senders have to know.
 */
final class MtuWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MtuWatch.class);

    private static final long EVERY_SECONDS = 10;

    private final String nodeName;
    private final IpAddress underlay;
    private final ObjectStore objects;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread watch = new Thread(task, "osier-mtu");
        watch.setDaemon(true);
        return watch;
    });
    private int announcedBytes;

    /** @param announcedBytes what the node's entry says now */
    MtuWatch(String nodeName, IpAddress underlay, int announcedBytes, ObjectStore objects) {
        this.nodeName = nodeName;
        this.underlay = underlay;
        this.announcedBytes = announcedBytes;
        this.objects = objects;
        thread.scheduleWithFixedDelay(this::look, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
    }

    private void look() {
        try {
            int podMtuBytes = UnderlayAddress.podMtuBytes(underlay);
            if (podMtuBytes != announcedBytes) {
                objects.update(
                        Keys.node(nodeName),
                        Node.class,
                        node -> node.withStatus(node.status().withPodMtuBytes(podMtuBytes)));
                announcedBytes = podMtuBytes;
                LOG.info("the underlay's MTU has changed: packets of up to {} bytes fit between pods now", podMtuBytes);
            }
        } catch (RuntimeException e) {
            LOG.warn("the underlay's MTU was not looked at: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
