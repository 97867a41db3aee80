package io.osier.agent.api.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where an agent answers.
 *
 * @param address a unix socket on this machine, or an address in the overlay
 * @param token what agents of other machines have to show; null on a unix socket, whose mode says who may ask
 */
public record ApiEndpoint(SocketAddress address, @Nullable String token) {
    private static final int PATIENCE_MILLIS = 1_000;

    /** The agent of this machine that listens at the socket. */
    public static ApiEndpoint unix(Path socket) {
        return new ApiEndpoint(UnixDomainSocketAddress.of(socket), null);
    }

    /** The agent of another machine; {@code ADDRESS:PORT}. */
    public static ApiEndpoint remote(String addressAndPort, String token) {
        int colon = addressAndPort.lastIndexOf(':');
        return new ApiEndpoint(
                new InetSocketAddress(
                        addressAndPort.substring(0, colon), Integer.parseInt(addressAndPort.substring(colon + 1))),
                token);
    }

    boolean isUnix() {
        return address instanceof UnixDomainSocketAddress;
    }

    /** Whether somebody listens; a socket that was left behind by an agent that was killed does not count. */
    public boolean listens() {
        try (SocketChannel probe = isUnix() ? SocketChannel.open(address) : SocketChannel.open()) {
            if (!isUnix()) {
                probe.socket().connect(address, PATIENCE_MILLIS);
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Never the token. */
    @Override
    public String toString() {
        return address instanceof InetSocketAddress remote
                ? remote.getHostString() + ":" + remote.getPort()
                : address.toString();
    }
}
