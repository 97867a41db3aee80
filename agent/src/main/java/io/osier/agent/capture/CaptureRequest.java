package io.osier.agent.capture;

import io.osier.dataplane.observe.CaptureSelection;
import io.osier.dataplane.observe.CaptureStage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one node is asked to capture, as it travels in the query of {@code GET /osier/v1/capture}:
 * {@code pod=web-1&stage=drop&filter=icmp&snaplen=96}, pod and stage any number of times.
 *
 * @param pods names as in {@code get pods}, with {@code .NAMESPACE} behind those outside the default one; none for all
 * @param stages none for all
 * @param filter a BPF expression, or null for every packet
 * @param snapLengthBytes how much of each packet to keep
 */
public record CaptureRequest(
        Set<String> pods,
        Set<CaptureStage> stages,
        @Nullable String filter,
        int snapLengthBytes) {
    private static final String POD = "pod";
    private static final String STAGE = "stage";
    private static final String FILTER = "filter";
    private static final String SNAP_LENGTH = "snaplen";

    public CaptureRequest {
        pods = Set.copyOf(pods);
        stages = Set.copyOf(stages);
    }

    /**
     * Reads a query's parameters; others are left to others.
     *
     * @throws CaptureException if a stage or a number is none
     */
    public static CaptureRequest ofQuery(Map<String, List<String>> parameters) throws CaptureException {
        try {
            Set<CaptureStage> stages = EnumSet.noneOf(CaptureStage.class);
            parameters.getOrDefault(STAGE, List.of()).forEach(label -> stages.add(CaptureStage.of(label)));
            List<String> filters = parameters.getOrDefault(FILTER, List.of());
            List<String> lengths = parameters.getOrDefault(SNAP_LENGTH, List.of());
            int snapLength = lengths.isEmpty() ? CaptureSelection.WHOLE_PACKETS : Integer.parseInt(lengths.get(0));
            if (snapLength < 1 || snapLength > CaptureSelection.WHOLE_PACKETS) {
                throw CaptureException.wrongUsage(
                        "snaplen must be 1 to " + CaptureSelection.WHOLE_PACKETS + ": " + snapLength);
            }
            return new CaptureRequest(
                    Set.copyOf(parameters.getOrDefault(POD, List.of())),
                    stages,
                    filters.isEmpty() || filters.get(0).isBlank() ? null : filters.get(0),
                    snapLength);
        } catch (NumberFormatException e) {
            throw CaptureException.wrongUsage(
                    "snaplen is no number: " + parameters.getOrDefault(SNAP_LENGTH, List.of()));
        } catch (IllegalArgumentException e) {
            throw CaptureException.wrongUsage(e.getMessage() == null ? "stage" : e.getMessage());
        }
    }

    /** The query, without a leading question mark. */
    public String toQuery() {
        List<String> parameters = new ArrayList<>();
        pods.stream().sorted().forEach(pod -> parameters.add(parameter(POD, pod)));
        stages.stream().sorted().forEach(stage -> parameters.add(parameter(STAGE, stage.label())));
        if (filter != null) {
            parameters.add(parameter(FILTER, filter));
        }
        if (snapLengthBytes != CaptureSelection.WHOLE_PACKETS) {
            parameters.add(parameter(SNAP_LENGTH, Integer.toString(snapLengthBytes)));
        }
        return String.join("&", parameters);
    }

    private static String parameter(String name, String value) {
        return name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
