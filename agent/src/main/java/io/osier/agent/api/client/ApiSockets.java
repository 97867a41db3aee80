package io.osier.agent.api.client;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Looks whether somebody is there, without asking anything. */
public final class ApiSockets {
    private ApiSockets() {}

    /** Whether an agent listens; a socket that was left behind by one that was killed does not count. */
    public static boolean listens(Path socket) {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return probe.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }
}
