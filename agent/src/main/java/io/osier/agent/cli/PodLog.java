package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.client.ApiException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a pod's command has printed, byte for byte, and how much of it has been shown. */
final class PodLog {
    /** The log was cut because it had grown too long, and begins anew. */
    private static final int SHORTER = 416;

    private final String path;
    private final byte[] prefix;
    private final long tail;
    private long shownBytes;
    private boolean begun;
    private boolean behind;
    private boolean insideLine;

    /**
     * @param path of the agent's, with a question mark in it
     * @param prefix what each line begins with
     * @param tail so many of the last lines are shown first; less than 0 for all
     */
    PodLog(String path, String prefix, long tail) {
        this.path = path;
        this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
        this.tail = tail;
    }

    /** What has come since the last time. */
    byte[] next(ApiClient agent) {
        byte[] more = begun ? more(agent) : tail(agent);
        begun = true;
        return prefix.length == 0 ? more : prefixed(more);
    }

    /** Whether there was more than the agent tells at once. */
    boolean isBehind() {
        return behind;
    }

    private byte[] tail(ApiClient agent) {
        byte[] kept = answer(agent, path);
        shownBytes = kept.length;
        kept = tailOf(kept);
        while (behind && tail >= 0) {
            byte[] more = answer(agent, path + "&after=" + shownBytes);
            shownBytes += more.length;
            byte[] both = Arrays.copyOf(kept, kept.length + more.length);
            System.arraycopy(more, 0, both, kept.length, more.length);
            kept = tailOf(both);
        }
        return kept;
    }

    private byte[] tailOf(byte[] all) {
        return Arrays.copyOfRange(all, beginOfTail(all), all.length);
    }

    private byte[] answer(ApiClient agent, String question) {
        byte[] answer = agent.getBytes(question);
        behind = answer.length >= ApiClient.LOG_BYTES;
        return answer;
    }

    private byte[] more(ApiClient agent) {
        byte[] more;
        try {
            more = answer(agent, path + "&after=" + shownBytes);
        } catch (ApiException e) {
            if (e.code() != SHORTER) {
                throw e;
            }
            more = answer(agent, path);
            shownBytes = 0;
        }
        shownBytes += more.length;
        return more;
    }

    private int beginOfTail(byte[] all) {
        if (tail < 0) {
            return 0;
        }
        long lines = 0;
        for (int i = all.length; i > 0; i--) {
            boolean endsLine = i == all.length || all[i - 1] == '\n';
            if (endsLine && lines++ == tail) {
                return i;
            }
        }
        return 0;
    }

    private byte[] prefixed(byte[] text) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (byte each : text) {
            if (!insideLine) {
                lines.writeBytes(prefix);
            }
            lines.write(each);
            insideLine = each != '\n';
        }
        return lines.toByteArray();
    }
}
