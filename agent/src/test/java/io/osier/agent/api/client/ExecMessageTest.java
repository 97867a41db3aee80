package io.osier.agent.api.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire, as kubectl and the API server say it to each other. */
class ExecMessageTest {
    private static String text(byte[] message) {
        return message[0] + " " + new String(message, 1, message.length - 1, StandardCharsets.UTF_8);
    }

    @Test
    void dataGoesBehindTheNumberOfItsStream() {
        byte[] buffer = "hello and more".getBytes(StandardCharsets.UTF_8);
        assertThat(text(ExecMessage.data(ExecMessage.STDOUT, buffer, 5))).isEqualTo("1 hello");
        ExecMessage read = ExecMessage.of(ExecMessage.data(ExecMessage.STDERR, buffer, 5));
        assertThat(read.channel()).isEqualTo(ExecMessage.STDERR);
        assertThat(read.bytes()).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theEndOfInputNamesIt() {
        assertThat(ExecMessage.endOfInput()).isEqualTo(new byte[] {(byte) 255, 0});
        assertThat(ExecMessage.of(ExecMessage.endOfInput()).channel()).isEqualTo(ExecMessage.CLOSE);
    }

    @Test
    void aSizeIsColumnsAndRows() {
        assertThat(text(ExecMessage.size(120, 40))).isEqualTo("4 {\"Width\":120,\"Height\":40}");
    }

    @Test
    void anEndIsAStatus() {
        assertThat(text(ExecMessage.ended(0))).isEqualTo("3 {\"metadata\":{},\"status\":\"Success\"}");
        assertThat(text(ExecMessage.ended(42)))
                .isEqualTo(
                        "3 {\"metadata\":{},\"status\":\"Failure\",\"message\":\"command terminated with exit code 42\","
                                + "\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":\"42\"}]}}");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 42, 137, -1})
    void anExitCodeIsReadAsItWasWritten(int code) {
        assertThat(ExecMessage.of(ExecMessage.ended(code)).exitCode()).isEqualTo(code);
    }

    @Test
    void aFailureIsToldInTheAgentsWords() {
        assertThatThrownBy(() -> ExecMessage.of(ExecMessage.failed("no room")).exitCode())
                .hasMessage("no room");
    }
}
