package io.osier.agent.bootstrap;

import io.osier.agent.cli.OsierCommand;
import io.osier.agent.handover.ServiceManager;
import io.osier.agent.model.ValidationException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** Where the program begins: the command line, which may become the agent. */
public final class Main {
    private static final String NETTY_JFR = "io.netty.jfr.enabled";

    private Main() {}

    public static void main(String[] arguments) {
        LogSetup.silence();
        // Nobody records Netty's buffers, and to ask whether somebody does takes some 40 ms.
        if (System.getProperty(NETTY_JFR) == null) {
            System.setProperty(NETTY_JFR, "false");
        }
        System.exit(OsierCommand.execute(arguments, Version.current(), Main::runAgent));
    }

    /** Runs an agent until the process is told to end. */
    private static int runAgent(Path config) throws IOException {
        LogSetup.speak();
        try {
            AgentConfig read = AgentConfig.read(config);
            AtomicReference<AgentProcess> started = new AtomicReference<>();
            ConfigReload.onHangUp(config, read, started);
            AgentProcess agent = AgentProcess.start(read, ServiceManager.present());
            started.set(agent);
            CountDownLatch ended = new CountDownLatch(1);
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                agent.leave();
                                ended.countDown();
                            },
                            "osier-stop"));
            ended.await();
            return 0;
        } catch (ValidationException | IllegalStateException e) {
            throw new IOException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }
}
