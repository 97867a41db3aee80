package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.client.Conversation;
import io.osier.agent.api.client.ExecMessage;
import io.osier.agent.api.server.ApiResponse;
import io.osier.agent.api.server.ApiServer;
import io.osier.agent.api.server.Talk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of what a pod's agent says. */
class RemoteExecTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Talk talk) throws IOException, InterruptedException {
        ApiResponse response = new ApiResponse(101, "", new byte[0], null, talk, Map.of());
        try (ApiServer server = ApiServer.listen(folder.resolve("api.sock"), request -> response);
                ApiClient agent = new ApiClient(folder.resolve("api.sock"))) {
            assertThat(server).isNotNull();
            return new RemoteExec(false, false, out, err).run(agent, "/");
        }
    }

    private static void say(Conversation caller, int channel, String text) throws IOException, InterruptedException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        caller.send(ExecMessage.data(channel, bytes, bytes.length));
    }

    @Test
    void outputGoesWhereItBelongs() throws Exception {
        int exitCode = run(caller -> {
            say(caller, ExecMessage.STDOUT, "one ");
            say(caller, ExecMessage.STDERR, "two");
            say(caller, ExecMessage.STDOUT, "three");
            say(caller, 77, "of a later agent");
            caller.send(ExecMessage.ended(42));
        });
        assertThat(exitCode).isEqualTo(42);
        assertThat(out).hasToString("one three");
        assertThat(err).hasToString("two");
    }

    @Test
    void aCommandThatCouldNotBeRunIsAFailure() {
        assertThatThrownBy(() -> run(caller -> caller.send(ExecMessage.failed("setsid: is it installed?"))))
                .hasMessage("setsid: is it installed?");
    }

    @Test
    void anAgentThatBreaksOffIsAFailure() {
        assertThatThrownBy(() -> run(caller -> say(caller, ExecMessage.STDOUT, "begun")))
                .hasMessage("exec: the connection to the pod's agent was lost");
        assertThat(out).hasToString("begun");
    }
}
