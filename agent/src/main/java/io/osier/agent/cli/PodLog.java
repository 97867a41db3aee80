package io.osier.agent.cli;

import io.osier.agent.api.client.ApiClient;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a pod's command has printed, byte for byte, and how much of it has been shown. */
final class PodLog {
    private final String path;
    private final byte[] prefix;
    private final long tail;
    private byte[] shown = {};
    private boolean begun;
    private boolean insideLine;

    /**
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
        byte[] all = agent.getBytes(path);
        int begin = begun ? endOfShown(all) : beginOfTail(all);
        begun = true;
        shown = all;
        byte[] more = Arrays.copyOfRange(all, begin, all.length);
        return prefix.length == 0 ? more : prefixed(more);
    }

    /** A log that was emptied because it had grown too long begins anew. */
    private int endOfShown(byte[] all) {
        int mismatch = Arrays.mismatch(shown, all);
        return mismatch < 0 || mismatch == shown.length ? shown.length : 0;
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
