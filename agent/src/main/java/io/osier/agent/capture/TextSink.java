package io.osier.agent.capture;

import io.osier.dataplane.observe.CaptureRecord;
import io.osier.dataplane.observe.CaptureStage;
import io.osier.dataplane.observe.DecisionText;
import io.osier.dataplane.observe.ObservationPoint;
import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * Packets for the eye, one line each: time, place, the packet as {@code tcpdump -n} writes it, and what was decided.
 *
 * <pre>
 * 14:03:22.193141 web-1 tap-in      IP 10.32.1.2.40000 &gt; 10.96.0.10.80: UDP, length 4  # DNAT 10.96.0.10:80 -&gt; …
 * </pre>
 */
public final class TextSink implements CaptureSink {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS");
    private static final int MIN_POINT_WIDTH = 16;
    private static final String RESET = "\u001b[0m";

    private final Writer out;
    private final ZoneId zone;
    private final boolean colored;
    private final PacketText text = new PacketText();
    private int pointWidth = MIN_POINT_WIDTH;

    /** @param colored whether the writer ends at a terminal that shows colours */
    public TextSink(Writer out, ZoneId zone, boolean colored) {
        this.out = out;
        this.zone = zone;
        this.colored = colored;
    }

    @Override
    public void write(CaptureRecord capture) throws IOException {
        String point = capture.point().toString();
        pointWidth = Math.max(pointWidth, point.length());
        out.write(TIME.format(Instant.ofEpochSecond(0, capture.epochNanos()).atZone(zone)));
        out.write(' ');
        out.write(color(color(capture.point().stage()), point));
        out.write(" ".repeat(pointWidth - point.length() + 1));
        out.write(text.of(capture));
        out.write("  ");
        out.write(color("2", "# " + DecisionText.of(capture)));
        out.write(System.lineSeparator());
    }

    /** Losses have no line of their own: whoever runs the capture tells their sum. */
    @Override
    public void lost(ObservationPoint point, long packets) {}

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private String color(String code, String words) {
        return colored ? "\u001b[" + code + "m" + words + RESET : words;
    }

    /** Each kind of place its own: pods green, the host blue, tunnels magenta, the end red. */
    private static String color(CaptureStage stage) {
        return switch (stage) {
            case TAP_IN, TAP_OUT -> "32";
            case HOST_IN, HOST_OUT -> "34";
            case VXLAN_IN, VXLAN_OUT -> "35";
            case DROP -> "31";
        };
    }
}
