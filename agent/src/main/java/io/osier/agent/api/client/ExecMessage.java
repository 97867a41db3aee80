package io.osier.agent.api.client;

import io.osier.agent.model.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is said about a command that runs in a pod, as Kubernetes says it ({@code v5.channel.k8s.io}): a byte that names the
 * channel, and what belongs to it.
 *
 * @param bytes data of a stream, JSON of {@link #STATUS} and {@link #RESIZE}, the one stream that ends of {@link #CLOSE}
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as they go; nobody compares them
public record ExecMessage(int channel, byte[] bytes) {
    /** What both sides agree on as they open the WebSocket. */
    public static final String SUBPROTOCOL = "v5.channel.k8s.io";

    public static final int STDIN = 0;
    public static final int STDOUT = 1;
    public static final int STDERR = 2;
    public static final int STATUS = 3;
    public static final int RESIZE = 4;
    public static final int CLOSE = 255;

    private static final String NON_ZERO = "NonZeroExitCode";

    /**
     * Takes a message apart.
     *
     * @param message at least one byte
     */
    public static ExecMessage of(byte[] message) {
        return new ExecMessage(message[0] & 0xff, Arrays.copyOfRange(message, 1, message.length));
    }

    /** The first bytes of a buffer, for this channel. */
    public static byte[] data(int channel, byte[] buffer, int length) {
        byte[] message = new byte[1 + length];
        message[0] = (byte) channel;
        System.arraycopy(buffer, 0, message, 1, length);
        return message;
    }

    /** Standard input has ended. */
    public static byte[] endOfInput() {
        return data(CLOSE, new byte[] {STDIN}, 1);
    }

    /** The terminal has this size now. */
    public static byte[] size(int columns, int rows) {
        return json(RESIZE, Json.object().put("Width", columns).put("Height", rows));
    }

    /** The command has ended with this exit code. */
    public static byte[] ended(int exitCode) {
        ObjectNode status = Json.object();
        status.putObject("metadata");
        if (exitCode == 0) {
            return json(STATUS, status.put("status", "Success"));
        }
        status.put("status", "Failure")
                .put("message", "command terminated with exit code " + exitCode)
                .put("reason", NON_ZERO)
                .putObject("details")
                .putArray("causes")
                .addObject()
                .put("reason", "ExitCode")
                .put("message", String.valueOf(exitCode));
        return json(STATUS, status);
    }

    /** The command could not be run, or not to its end. */
    public static byte[] failed(String why) {
        return json(
                STATUS,
                Json.object().put("status", "Failure").put("message", why).put("reason", "InternalError"));
    }

    /** The JSON of a {@link #STATUS} or a {@link #RESIZE}. */
    public JsonNode json() {
        return Json.parse(bytes);
    }

    /**
     * How the command has ended, by a {@link #STATUS}.
     *
     * @throws ApiException in the agent's words, if it did not end by itself
     */
    public int exitCode() {
        JsonNode status = json();
        if (status.path("status").asString("").equals("Success")) {
            return 0;
        }
        if (!status.path("reason").asString("").equals(NON_ZERO)) {
            throw new ApiException(500, status.path("message").asString("the command failed"));
        }
        String code =
                status.path("details").path("causes").path(0).path("message").asString("");
        return Integer.parseInt(code);
    }

    private static byte[] json(int channel, JsonNode value) {
        byte[] bytes = value.toString().getBytes(StandardCharsets.UTF_8);
        return data(channel, bytes, bytes.length);
    }
}
