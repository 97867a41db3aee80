package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.client.Conversation;
import io.osier.agent.api.client.ExecMessage;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Has a pod's agent run a command there, and talks to it: the pod is on another machine, or its namespace is not for this user to
 * enter.
 *
 * @param stdin whether the command reads this process's standard input
 * @param tty whether it has a terminal, which this process's is for as long, if there is one to read from
 */
record RemoteExec(boolean stdin, boolean tty, OutputStream out, OutputStream err) {
    private static final int BUFFER_BYTES = 32 << 10;
    private static final String NO_TERMINAL = "Unable to use a TTY - input is not a terminal\n";

    /** Runs it to its end and returns its exit code. */
    int run(ApiClient agent, String path) throws IOException, InterruptedException {
        RawTerminal terminal = tty && stdin ? RawTerminal.ofInput().orElse(null) : null;
        if (tty && stdin && terminal == null) {
            err.write(NO_TERMINAL.getBytes(StandardCharsets.US_ASCII));
        }
        try (Conversation command = agent.converse(path + (terminal == null ? "" : "&tty=true"));
                terminal) {
            if (terminal != null) {
                terminal.enter();
                tellSize(command);
                Terminal.whenResized(() -> tellSize(command));
            }
            if (stdin) {
                Thread keys = new Thread(() -> feed(command), "osier-exec-input");
                keys.setDaemon(true);
                keys.start();
            }
            return listen(command);
        }
    }

    private int listen(Conversation command) throws IOException, InterruptedException {
        for (byte[] bytes = command.receive(); bytes != null; bytes = command.receive()) {
            ExecMessage message = ExecMessage.of(bytes);
            switch (message.channel()) {
                case ExecMessage.STDOUT -> out.write(message.bytes());
                case ExecMessage.STDERR -> err.write(message.bytes());
                case ExecMessage.STATUS -> {
                    return message.exitCode();
                }
                default -> {} // of a later agent
            }
        }
        throw CliException.failed("exec: the connection to the pod's agent was lost");
    }

    /** Leaves the input open, as {@link RawTerminal} has to find the terminal there afterwards. */
    private static void feed(Conversation command) {
        byte[] buffer = new byte[BUFFER_BYTES];
        InputStream in = new FileInputStream(FileDescriptor.in);
        try {
            for (int length = read(in, buffer); length >= 0; length = read(in, buffer)) {
                command.send(ExecMessage.data(ExecMessage.STDIN, buffer, length));
            }
            command.send(ExecMessage.endOfInput());
        } catch (IOException e) {
            // The command has ended, as its exit code tells.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** An input that cannot be read, a directory say, has ended for the command, which would wait for more for ever. */
    private static int read(InputStream in, byte[] buffer) {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            return -1;
        }
    }

    private static void tellSize(Conversation command) {
        try {
            RawTerminal.Size size = RawTerminal.size();
            command.send(ExecMessage.size(size.columns(), size.rows()));
        } catch (IOException e) {
            // It keeps the size that it has.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
