package io.osier.agent.handover;

import io.osier.dataplane.io.DescriptorStore;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whoever started the agent, if it has to be told things: systemd, or a lab ({@code sd_notify(3)}). It keeps the descriptors
 * that an agent leaves, and gives them to the next. Without one every word is lost, and nothing else is wrong. Safe for any
 * thread.
 */
public final class ServiceManager implements DescriptorStore {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);
    private static final int HEARD_MILLIS = 5_000;

    private final @Nullable String socket;
    private final InheritedDescriptors inherited;

    ServiceManager(@Nullable String socket, InheritedDescriptors inherited) {
        this.socket = socket;
        this.inherited = inherited;
    }

    /** The present process's own, as its environment says; to be called once. */
    public static ServiceManager present() {
        Map<String, String> environment = System.getenv();
        String socket = environment.get("NOTIFY_SOCKET");
        return new ServiceManager(
                socket == null || socket.isEmpty() ? null : socket, InheritedDescriptors.of(environment));
    }

    /** Whether there are descriptors of an agent before this one, taken or not. */
    public boolean hasInherited() {
        return !inherited.names().isEmpty();
    }

    @Override
    public int take(String name) {
        return inherited.take(name);
    }

    /** Closes what nobody has taken, and lets the manager forget all of it: the agent has its own by now. */
    public void forgetInherited() {
        inherited.closeRest();
        inherited.names().forEach(name -> tell("FDSTOREREMOVE=1\nFDNAME=" + name, NONE));
    }

    /** Says that the agent is ready. */
    public void ready() {
        tell("READY=1", NONE);
    }

    /** A descriptor whose device reports an error is kept all the same: what the next agent cannot use, it closes. */
    @Override
    public void keep(String name, int descriptor) {
        tell("FDSTORE=1\nFDPOLL=0\nFDNAME=" + name, descriptor);
    }

    /** Waits until the manager has read all that was said: it listens to no process that has ended. */
    public void awaitHeard() {
        if (socket == null) {
            return;
        }
        int[] ends = new int[2];
        if (NativeCalls.pipe2(ends, NativeCalls.O_CLOEXEC) < 0) {
            return;
        }
        boolean told = tell("BARRIER=1", ends[1]);
        NativeCalls.close(ends[1]);
        if (told && !DescriptorSocket.isReadable(ends[0], HEARD_MILLIS)) {
            LOG.warn("the service manager did not listen: packets may be lost on the way to the next agent");
        }
        NativeCalls.close(ends[0]);
    }

    private boolean tell(String text, int descriptor) {
        if (socket == null) {
            return false;
        }
        try (DescriptorSocket sender = DescriptorSocket.open()) {
            sender.send(socket, text, descriptor);
            return true;
        } catch (IOException e) {
            LOG.debug("nobody was told {}: {}", text.lines().findFirst().orElse(""), e.getMessage());
            return false;
        }
    }
}
