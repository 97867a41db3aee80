package io.osier.agent.api.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpObjectDecoder;
import io.netty.handler.codec.http.HttpServerCodec;
import io.osier.agent.metrics.MetricsPage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's door: HTTP on a unix socket that its owner and group may open, or on an address in the overlay for the agents of
 * other machines. Questions are answered on threads of their own.
 */
public final class ApiServer implements AutoCloseable {
    /** Answers everything with an empty list. */
    public static final ApiRoutes EMPTY = request -> ApiResponse.json(200, ObjectRoutes.listOf(List.of()));

    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    private static final String GROUP = "osier";

    static final int MAX_BODY_BYTES = 4 << 20;

    /** The words of a command travel in the first line. */
    private static final int MAX_LINE_BYTES = 1 << 20;

    private final @Nullable Path socket;
    private final MultiThreadIoEventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, daemons("osier-api"), EpollIoHandler.newFactory());
    private final ExecutorService answers = Executors.newCachedThreadPool(daemons("osier-answer"));

    private ApiServer(@Nullable Path socket) {
        this.socket = socket;
        // While nothing is planned, Netty's loop wakes every second to see whether something is.
        loop.scheduleWithFixedDelay(() -> {}, 1, 1, TimeUnit.DAYS);
    }

    /**
     * Listens.
     *
     * @throws IOException in one line, if another agent listens there already or the socket cannot be made
     */
    public static ApiServer listen(Path socket, ApiRoutes routes) throws IOException {
        // A socket that nobody answers was left behind by an agent that was killed.
        if (ClusterDirectory.answers(socket.toString())) {
            throw new IOException("another agent listens at " + socket + " already: stop it first");
        }
        Files.deleteIfExists(socket);
        Path folder = socket.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        ApiServer server = new ApiServer(socket);
        server.bind(EpollServerDomainSocketChannel.class, new DomainSocketAddress(socket.toFile()), null, routes);
        giveToGroup(socket);
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
        return server;
    }

    /** Where the machine has the group that the package makes, its members need no sudo. */
    private static void giveToGroup(Path socket) throws IOException {
        try {
            GroupPrincipal group =
                    socket.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(GROUP);
            Files.getFileAttributeView(socket, PosixFileAttributeView.class).setGroup(group);
        } catch (UserPrincipalNotFoundException e) {
            LOG.debug("{} stays its owner's: there is no group {}", socket, GROUP);
        } catch (FileSystemException e) {
            LOG.info("{} stays its owner's: {}", socket, e.getMessage());
        }
    }

    /**
     * Listens for those who know the token.
     *
     * @throws IOException in one line, if the address is not here or the port is taken
     */
    public static ApiServer listen(InetSocketAddress address, String token, ApiRoutes routes) throws IOException {
        ApiServer server = new ApiServer(null);
        server.bind(EpollServerSocketChannel.class, address, token, routes);
        return server;
    }

    /**
     * Listens for everybody who can reach the address, who gets the metrics and nothing else.
     *
     * @throws IOException in one line, if the address is not here or the port is taken
     */
    public static ApiServer listenForScrapes(InetSocketAddress address, MetricsPage page) throws IOException {
        return listenOpenly(address, new MetricsRoutes(page));
    }

    /** Listens for everybody, who gets what these routes have. */
    static ApiServer listenOpenly(InetSocketAddress address, ApiRoutes routes) throws IOException {
        ApiServer server = new ApiServer(null);
        server.bind(EpollServerSocketChannel.class, address, null, routes);
        return server;
    }

    private void bind(
            Class<? extends ServerChannel> type, SocketAddress address, @Nullable String token, ApiRoutes routes)
            throws IOException {
        ServerBootstrap server = new ServerBootstrap()
                .group(loop)
                .channel(type)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec(
                                        MAX_LINE_BYTES, MAX_LINE_BYTES, HttpObjectDecoder.DEFAULT_MAX_CHUNK_SIZE));
                        if (token != null) {
                            channel.pipeline().addLast(new TokenCheck(token));
                        }
                        channel.pipeline()
                                .addLast(new BoundedBody(MAX_BODY_BYTES))
                                .addLast(new RequestHandler(routes, answers));
                    }
                });
        try {
            server.bind(address).sync();
        } catch (Exception e) { // Netty throws the bind's own checked exception out of sync()
            close();
            throw new IOException("cannot listen at " + address + ": " + e.getMessage(), e);
        }
    }

    private static ThreadFactory daemons(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public void close() {
        answers.shutdownNow();
        try {
            answers.awaitTermination(1, TimeUnit.SECONDS); // what is nearly said is said
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        if (socket == null) {
            return;
        }
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
